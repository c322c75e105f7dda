// Another engine that writes Iceberg tables, made from the specification and the REST catalog's OpenAPI alone: Parquet by hyparquet-writer, Avro by avsc. For
// each line of the standard input, an object, it writes one line of JSON, or {"error","status"}:
//   {"op":"create","table","schema",...}              creates a table; with "staged", by the first commit, which brings "rows"
//   {"op":"append","table","rows","count"}            commits rows, "count" times ("N" in a text is the number of the commit); retries as clients do
//   {"op":"delete","table","column","value"}          writes files again without some rows (copy-on-write)
//   {"op":"commit","table","requirements","updates"}  any commit
//   {"op":"overwrite","table","rows"}                 puts rows in the place of all, by two snapshots in one commit
//   {"op":"widen","table","fields","rows"}            changes the schema and appends rows, in one commit
//   {"op":"list","table"}                             the manifests of the newest snapshot
// "catalog" is the address of the REST catalog, "token" its token. Files are written to the disk (file://), or into S3
// (s3://), with "s3": {"endpoint","region","access_key","secret_key"}.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import avro from 'avsc';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

const pairs = (key, value, type) => ['null', {
    type: 'array', logicalType: 'map',
    items: {
        type: 'record', name: `k${key}_v${value}`,
        fields: [{ name: 'key', type: 'int', 'field-id': key }, { name: 'value', type, 'field-id': value }],
    },
}];
const optional = (name, type, id) => ({ name, type: ['null', type], default: null, 'field-id': id });

const dataFile = {
    type: 'record', name: 'r2', fields: [
        { name: 'content', type: 'int', 'field-id': 134 },
        { name: 'file_path', type: 'string', 'field-id': 100 },
        { name: 'file_format', type: 'string', 'field-id': 101 },
        { name: 'partition', type: { type: 'record', name: 'r102', fields: [] }, 'field-id': 102 },
        { name: 'record_count', type: 'long', 'field-id': 103 },
        { name: 'file_size_in_bytes', type: 'long', 'field-id': 104 },
        { name: 'value_counts', type: pairs(119, 120, 'long'), default: null, 'field-id': 109 },
    ],
};
const entrySchema = {
    type: 'record', name: 'manifest_entry', fields: [
        { name: 'status', type: 'int', 'field-id': 0 },
        optional('snapshot_id', 'long', 1),
        optional('sequence_number', 'long', 3),
        optional('file_sequence_number', 'long', 4),
        { name: 'data_file', type: dataFile, 'field-id': 2 },
    ],
};
const manifestSchema = {
    type: 'record', name: 'manifest_file', fields: [
        { name: 'manifest_path', type: 'string', 'field-id': 500 },
        { name: 'manifest_length', type: 'long', 'field-id': 501 },
        { name: 'partition_spec_id', type: 'int', 'field-id': 502 },
        { name: 'content', type: 'int', 'field-id': 517 },
        { name: 'sequence_number', type: 'long', 'field-id': 515 },
        { name: 'min_sequence_number', type: 'long', 'field-id': 516 },
        { name: 'added_snapshot_id', type: 'long', 'field-id': 503 },
        { name: 'added_files_count', type: 'int', 'field-id': 504 },
        { name: 'existing_files_count', type: 'int', 'field-id': 505 },
        { name: 'deleted_files_count', type: 'int', 'field-id': 506 },
        { name: 'added_rows_count', type: 'long', 'field-id': 512 },
        { name: 'existing_rows_count', type: 'long', 'field-id': 513 },
        { name: 'deleted_rows_count', type: 'long', 'field-id': 514 },
    ],
};
const [entryType, manifestType] = [avro.Type.forSchema(entrySchema), avro.Type.forSchema(manifestSchema)];

let at;

async function call(method, path, body) {
    const response = await fetch(`${at.catalog}/v1/${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...(at.token ? { authorization: `Bearer ${at.token}` } : {}) },
        body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) {
        throw Object.assign(new Error(`${response.status} ${text}`), { status: response.status });
    }

    return text === '' ? {} : JSON.parse(text);
}

const tablePath = (table) => `namespaces/lake/tables/${table}`;

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

/** Calls S3 as its documentation says (Signature Version 4, the payload unsigned). */
async function s3(method, address, body) {
    const url = new URL(address.replace(/^s3:\/\//, at.s3.endpoint + '/'));
    const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
    const scope = `${time.slice(0, 8)}/${at.s3.region}/s3/aws4_request`;
    const headers = { host: url.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'x-amz-date': time };
    const names = Object.keys(headers).join(';');
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`).join('');
    const canonical = [method, url.pathname, '', lines, names, 'UNSIGNED-PAYLOAD'].join('\n');
    const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
    const key = [time.slice(0, 8), at.s3.region, 's3', 'aws4_request'].reduce(hmac, `AWS4${at.s3.secret_key}`);
    const signature = createHmac('sha256', key).update(text).digest('hex');
    const { host, ...sent } = headers;
    const response = await fetch(url, {
        method, body,
        headers: { ...sent, authorization: `AWS4-HMAC-SHA256 Credential=${at.s3.access_key}/${scope}, SignedHeaders=${names}, Signature=${signature}` },
    });
    if (!response.ok) {
        throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`);
    }

    return response;
}

async function put(address, bytes) {
    if (address.startsWith('s3://')) {
        await s3('PUT', address, bytes);
        return;
    }

    const path = address.slice('file://'.length);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
}

async function get(address) {
    return address.startsWith('s3://') ? Buffer.from(await (await s3('GET', address)).arrayBuffer()) : readFileSync(address.slice('file://'.length));
}

async function putAvro(address, schema, records, metadata) {
    const encoder = new avro.streams.BlockEncoder(schema, {
        codec: 'deflate',
        metadata: Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, Buffer.from(value)])),
    });
    const parts = [];
    encoder.on('data', (part) => parts.push(part));
    records.forEach((record) => encoder.write(record));
    encoder.end();
    await new Promise((resolve) => encoder.on('end', resolve));
    const bytes = Buffer.concat(parts);
    await put(address, bytes);
    return bytes.length;
}

/** Reads an Avro file of any writer, as the fields that this one knows. */
async function readAvro(address, type) {
    const bytes = await get(address);
    const records = [];
    const decoder = new avro.streams.BlockDecoder({ readerSchema: type });
    decoder.on('data', (record) => records.push(record));
    await new Promise((resolve, reject) => Readable.from([bytes]).pipe(decoder).on('end', resolve).on('error', reject));
    return records;
}

const physical = {
    boolean: { type: 'BOOLEAN' },
    int: { type: 'INT32' },
    long: { type: 'INT64' },
    float: { type: 'FLOAT' },
    double: { type: 'DOUBLE' },
    string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
    date: { type: 'INT32', converted_type: 'DATE' },
    timestamp: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } },
};

/** Writes rows, objects by the names of columns, as a data file. */
async function writeData(location, schema, rows) {
    const fields = schema.fields.filter((f) => rows.some((r) => r[f.name] !== undefined));
    const elements = [
        { name: 'root', num_children: fields.length },
        ...fields.map((f) => ({ name: f.name, repetition_type: 'OPTIONAL', field_id: f.id, ...physical[f.type] })),
    ];
    const bytes = Buffer.from(parquetWriteBuffer({
        schema: elements,
        columnData: fields.map((f) => ({
            name: f.name, data: rows.map((r) => r[f.name] ?? null).map((v) => (v !== null && f.type === 'long' ? BigInt(v) : v)),
        })),
    }));
    const address = `${location}/data/${randomUUID()}.parquet`;
    await put(address, bytes);
    return {
        content: 0, file_path: address, file_format: 'PARQUET', partition: {}, record_count: rows.length, file_size_in_bytes: bytes.length,
        value_counts: fields.map((f) => ({ key: f.id, value: rows.length })),
    };
}

const current = (metadata) => metadata.schemas.find((s) => s['schema-id'] === metadata['current-schema-id']);
const newId = () => Number(randomBytes(6).readUIntBE(0, 6)) + 1000000;

/** Writes a manifest and a manifest list. Returns the updates that add their snapshot. */
async function snapshot(metadata, schema, entries, manifests, operation) {
    const id = newId();
    const parent = metadata['current-snapshot-id'] ?? undefined;
    const sequence = metadata['last-sequence-number'] + 1;
    const address = `${metadata.location}/metadata/${randomUUID()}-m0.avro`;
    const length = await putAvro(address, entrySchema, entries.map((e) => ({ snapshot_id: id, sequence_number: null, file_sequence_number: null, ...e })), {
        schema: JSON.stringify(schema), 'schema-id': String(schema['schema-id']), 'partition-spec': '[]', 'partition-spec-id': '0', 'format-version': '2',
        content: 'data',
    });
    const rows = (status) => entries.filter((e) => e.status === status);
    const least = Math.min(sequence, ...entries.filter((e) => e.status === 0).map((e) => e.sequence_number));
    const sum = (status) => rows(status).reduce((all, e) => all + e.data_file.record_count, 0);
    const list = `${metadata.location}/metadata/snap-${id}-1-${randomUUID()}.avro`;
    await putAvro(list, manifestSchema, [...manifests, {
        manifest_path: address, manifest_length: length, partition_spec_id: 0, content: 0, sequence_number: sequence, min_sequence_number: least,
        added_snapshot_id: id, added_files_count: rows(1).length, existing_files_count: rows(0).length, deleted_files_count: rows(2).length,
        added_rows_count: sum(1), existing_rows_count: sum(0), deleted_rows_count: sum(2),
    }], { 'snapshot-id': String(id), 'parent-snapshot-id': String(parent ?? 'null'), 'sequence-number': String(sequence), 'format-version': '2' });
    return {
        id,
        updates: [
            {
                action: 'add-snapshot',
                snapshot: {
                    'snapshot-id': id, ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }), 'sequence-number': sequence,
                    'timestamp-ms': Date.now(), 'manifest-list': list, summary: { operation, 'added-records': String(sum(1)) },
                    'schema-id': schema['schema-id'],
                },
            },
            { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id },
        ],
        requirements: [
            { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
            { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': parent ?? null },
        ],
    };
}

async function manifestsOf(metadata) {
    const newest = (metadata.snapshots ?? []).find((s) => s['snapshot-id'] === metadata['current-snapshot-id']);
    return newest === undefined ? [] : readAvro(newest['manifest-list'], manifestType);
}

/** Does something with the table as it is now, until nobody is faster. */
async function untilCommitted(table, change) {
    for (let tries = 1; ; tries++) {
        const { metadata } = await call('GET', tablePath(table));
        try {
            const { id, updates, requirements } = await change(metadata);
            const answer = await call('POST', tablePath(table), { identifier: { namespace: ['lake'], name: table }, requirements, updates });
            return { id, tries, metadata: answer.metadata };
        } catch (error) {
            if (error.status !== 409 || tries >= (at.tries ?? 1000)) {
                throw error;
            }

            await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, 2 * tries)));
        }
    }
}

const numbered = (rows, number) => JSON.parse(JSON.stringify(rows).replaceAll('"N"', String(number)));

const ops = {
    async create({ table, schema, properties, rows, staged, ...more }) {
        const body = { name: table, schema, properties, 'stage-create': staged === true, ...more.extra };
        const created = await call('POST', 'namespaces/lake/tables', body);
        if (!staged) {
            return created;
        }

        const { metadata } = created;
        const added = current(metadata);
        const file = await writeData(metadata.location, added, rows);
        const commit = await snapshot({ ...metadata, 'last-sequence-number': 0 }, added, [{ status: 1, data_file: file }], [], 'append');
        return call('POST', tablePath(table), {
            requirements: [{ type: 'assert-create' }],
            updates: [
                { action: 'assign-uuid', uuid: metadata['table-uuid'] },
                { action: 'upgrade-format-version', 'format-version': 2 },
                { action: 'add-schema', schema: added, 'last-column-id': metadata['last-column-id'] },
                { action: 'set-current-schema', 'schema-id': -1 },
                { action: 'add-spec', spec: { 'spec-id': 0, fields: [] } },
                { action: 'set-default-spec', 'spec-id': -1 },
                { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
                { action: 'set-default-sort-order', 'sort-order-id': -1 },
                { action: 'set-location', location: metadata.location },
                { action: 'set-properties', updates: properties ?? {} },
                ...commit.updates,
            ],
        });
    },

    async append({ table, rows, count }) {
        const commits = [];
        for (let number = 0; number < (count ?? 1); number++) {
            let file;
            const done = await untilCommitted(table, async (metadata) => {
                file ??= await writeData(metadata.location, current(metadata), numbered(rows, number));
                return snapshot(metadata, current(metadata), [{ status: 1, data_file: file }], await manifestsOf(metadata), 'append');
            });
            commits.push({ id: done.id, tries: done.tries });
        }

        return { commits };
    },

    async delete({ table, column, value }) {
        return untilCommitted(table, async (metadata) => {
            const entries = [];
            const manifests = await manifestsOf(metadata);
            for (const manifest of manifests) {
                for (const entry of (await readAvro(manifest.manifest_path, entryType)).filter((e) => e.status !== 2)) {
                    const bytes = await get(entry.data_file.file_path);
                    const rows = (await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) }))
                        .map((r) => Object.fromEntries(Object.entries(r).map(([k, v]) => [k, typeof v === 'bigint' ? Number(v) : v])));
                    const known = {
                        snapshot_id: entry.snapshot_id ?? manifest.added_snapshot_id, sequence_number: entry.sequence_number ?? manifest.sequence_number,
                        file_sequence_number: entry.file_sequence_number ?? manifest.sequence_number, data_file: entry.data_file,
                    };
                    const left = rows.filter((r) => r[column] !== value);
                    if (left.length === rows.length) {
                        entries.push({ ...known, status: 0 });
                        continue;
                    }

                    const { snapshot_id: _, ...gone } = known;
                    entries.push({ ...gone, status: 2 });
                    if (left.length > 0) {
                        entries.push({ status: 1, data_file: await writeData(metadata.location, current(metadata), left) });
                    }
                }
            }

            return snapshot(metadata, current(metadata), entries, [], 'overwrite');
        });
    },

    /** Puts rows in the place of all, as some clients do: one commit of a snapshot that deletes and one that appends. */
    async overwrite({ table, rows }) {
        return untilCommitted(table, async (metadata) => {
            const gone = [];
            for (const manifest of await manifestsOf(metadata)) {
                for (const entry of (await readAvro(manifest.manifest_path, entryType)).filter((e) => e.status !== 2)) {
                    gone.push({
                        status: 2, sequence_number: entry.sequence_number ?? manifest.sequence_number,
                        file_sequence_number: entry.file_sequence_number ?? manifest.sequence_number, data_file: entry.data_file,
                    });
                }
            }

            const deleted = await snapshot(metadata, current(metadata), gone, [], 'delete');
            const after = { ...metadata, 'current-snapshot-id': deleted.id, 'last-sequence-number': metadata['last-sequence-number'] + 1 };
            const file = await writeData(metadata.location, current(metadata), rows);
            const added = await snapshot(after, current(metadata), [{ status: 1, data_file: file }], [], 'append');
            return { id: added.id, updates: [...deleted.updates, ...added.updates], requirements: deleted.requirements };
        });
    },

    async widen({ table, fields, rows }) {
        return untilCommitted(table, async (metadata) => {
            const known = current(metadata);
            let last = metadata['last-column-id'];
            const byName = Object.fromEntries(fields.map((f) => [f.name, f]));
            const schema = {
                type: 'struct', 'schema-id': Math.max(...metadata.schemas.map((s) => s['schema-id'])) + 1,
                fields: [
                    ...known.fields.map((f) => ({ ...f, ...byName[f.name] })),
                    ...fields.filter((f) => !known.fields.some((k) => k.name === f.name)).map((f) => ({ id: ++last, required: false, ...f })),
                ],
            };
            const updates = [
                { action: 'add-schema', schema, 'last-column-id': last },
                { action: 'set-current-schema', 'schema-id': -1 },
            ];
            const requirements = [
                { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': metadata['last-column-id'] },
                { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
            ];
            if (!rows) {
                return { updates, requirements };
            }

            const file = await writeData(metadata.location, schema, rows);
            const added = await snapshot(metadata, schema, [{ status: 1, data_file: file }], await manifestsOf(metadata), 'append');
            return { id: added.id, updates: [...updates, ...added.updates], requirements: [...requirements, ...added.requirements] };
        });
    },

    async commit({ table, requirements, updates }) {
        return call('POST', tablePath(table), { requirements: requirements ?? [], updates: updates ?? [] });
    },

    /** Prepares an append and commits it with something about it changed: {"file":{...}}, {"snapshot":{...}} or {"schema":[...]}. */
    async spoil({ table, rows, file, snapshot: changed, schema }) {
        const { metadata } = await call('GET', tablePath(table));
        const form = schema ? { ...current(metadata), fields: schema } : current(metadata);
        const data = { ...(await writeData(metadata.location, form, rows)), ...file };
        const { updates, requirements } = await snapshot(metadata, current(metadata), [{ status: 1, data_file: data }], await manifestsOf(metadata), 'append');
        Object.assign(updates[0].snapshot, changed);
        return call('POST', tablePath(table), { requirements, updates });
    },

    async list({ table }) {
        const { metadata } = await call('GET', tablePath(table));
        return { manifests: await manifestsOf(metadata), metadata };
    },
};

for await (const line of createInterface({ input: process.stdin })) {
    let answer;
    try {
        const request = JSON.parse(line);
        at = request;
        answer = await ops[request.op](request);
    } catch (error) {
        answer = { error: String(error.stack), status: error.status ?? 0 };
    }

    process.stdout.write(JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? Number(value) : value)) + '\n');
}
