// Reads Iceberg tables with icebird and hyparquet, and Avro files with avsc. For each line of the standard input, an object, it writes one line of JSON, or
// {"error"}:
//   {"op":"rows","table":ADDRESS,"store":URL}       the rows as /v1/sql writes them, the metadata, and each Avro file that the snapshot needs
//   {"op":"avro","path":FILE}                       {"schema","metadata","records"} of an Avro file
//   {"op":"encode","path":FILE,"schema","records"}  writes an Avro file
// Addresses are read from the disk (file://), or through GET /v1/storage/get of the server at URL (s3://BUCKET/PREFIX/...).
import { createWriteStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import avro from 'avsc';
import { icebergMetadata, icebergRead } from 'icebird';

const realFetch = globalThis.fetch;
let store;

/** What icebird fetches: the addresses of the metadata, as they are. */
globalThis.fetch = async (resource, init) => {
    const url = String(resource.url ?? resource);
    const s3 = url.match(/^https:\/\/([^.]+)\.s3\.amazonaws\.com\/(.*)$/);
    if (s3) {
        return realFetch(`${store.url}/v1/storage/get/${s3[2].slice(store.prefix.length)}`, init);
    }

    if (!url.startsWith('file://')) {
        return realFetch(resource, init);
    }

    const bytes = readFileSync(url.slice('file://'.length));
    const range = new Headers(init?.headers).get('range')?.match(/bytes=(\d*)-(\d*)/);
    const start = range ? (range[1] === '' ? bytes.length - Number(range[2]) : Number(range[1])) : 0;
    const end = range && range[1] !== '' && range[2] !== '' ? Number(range[2]) + 1 : bytes.length;
    return new Response(init?.method === 'HEAD' ? null : bytes.subarray(start, end), {
        status: range ? 206 : 200,
        headers: { 'content-length': String(end - start) },
    });
};

const pad = (number, width) => String(number).padStart(width, '0');

function timestampText(value, zone) {
    const text = value.toISOString().replace('T', ' ').replace('Z', '').replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros.replace(/0+$/, '')));
    return text + (zone ? '+00' : '');
}

function timeText(micros) {
    const seconds = micros / 1000000n;
    const fraction = pad(micros % 1000000n, 6).replace(/0+$/, '');
    return `${pad(seconds / 3600n, 2)}:${pad((seconds / 60n) % 60n, 2)}:${pad(seconds % 60n, 2)}${fraction ? '.' + fraction : ''}`;
}

const uuidText = (bytes) => Buffer.from(bytes).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** A value as /v1/sql writes it in JSON. */
function convert(value, type) {
    if (value === null || value === undefined) {
        return null;
    }

    if (typeof type === 'object') {
        if (type.type === 'list') {
            return Array.from(value, (v) => convert(v, type.element));
        }

        if (type.type === 'map') {
            const entries = Array.isArray(value) ? value.map((e) => [e.key, e.value]) : Object.entries(value);
            return entries.map(([k, v]) => ({ key: convert(k, type.key), value: convert(v, type.value) }));
        }

        return Object.fromEntries(type.fields.map((f) => [f.name, convert(value[f.name], f.type)]));
    }

    switch (type) {
        case 'long':
        case 'int':
            return Number(value);
        case 'date':
            return value.toISOString().slice(0, 10);
        case 'timestamp':
            return timestampText(value, false);
        case 'timestamptz':
            return timestampText(value, true);
        case 'time':
            return timeText(BigInt(value));
        case 'uuid':
            return typeof value === 'string' ? value : uuidText(value);
        case 'binary':
            return Buffer.from(value).toString('base64');
        default:
            return value;
    }
}

/** JSON for values that JSON has no form of. */
const plain = (_, value) =>
    typeof value === 'bigint' ? Number(value)
    : value?.type === 'Buffer' && Array.isArray(value.data) ? { $bytes: Buffer.from(value.data).toString('base64') }
    : value;

async function readAvro(stream) {
    const records = [];
    let header;
    const decoder = stream.pipe(new avro.streams.BlockDecoder({
        parseHook: (schema) => {
            header = schema;
            return avro.Type.forSchema(schema, { registry: { long: longType } });
        },
    }));
    decoder.on('metadata', (_, __, meta) => {
        header = { schema: header, meta };
    });
    for await (const record of decoder) {
        records.push(record);
    }

    return { header, records };
}

/** Longs of 64 bits, as texts. */
const longType = avro.types.LongType.__with({
    fromBuffer: (buffer) => buffer.readBigInt64LE(),
    toBuffer: (value) => {
        const buffer = Buffer.alloc(8);
        buffer.writeBigInt64LE(BigInt(value));
        return buffer;
    },
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value) => typeof value === 'bigint',
    compare: (a, b) => (a === b ? 0 : a < b ? -1 : 1),
});

/** The members of an Avro file's header, which avsc does not give. */
function metadataOf(bytes) {
    let position = 4;
    const long = () => {
        let [value, shift] = [0n, 0n];
        for (let part = 0x80; part & 0x80; shift += 7n) {
            part = bytes[position++];
            value |= BigInt(part & 0x7f) << shift;
        }

        return Number((value >> 1n) ^ -(value & 1n));
    };
    const text = () => {
        const length = long();
        position += length;
        return bytes.subarray(position - length, position).toString();
    };
    const metadata = {};
    for (let count = long(); count !== 0; count = long()) {
        for (; count > 0; count--) {
            const key = text();
            metadata[key] = text();
        }
    }

    return metadata;
}

async function avroFile(bytes) {
    const metadata = metadataOf(bytes);
    const { records } = await readAvro(Readable.from([bytes]));
    return { schema: JSON.parse(metadata['avro.schema']), metadata, records };
}

const longText = (_, value) =>
    typeof value === 'bigint' ? String(value)
    : value?.type === 'Buffer' && Array.isArray(value.data) ? { $bytes: Buffer.from(value.data).toString('base64') }
    : value;

async function bytesOf(address) {
    const url = address.replace(/^s3:\/\/([^/]+)\//, 'https://$1.s3.amazonaws.com/');
    const response = await fetch(url);
    if (!response.ok) {
        throw new Error(`${address}: ${response.status}`);
    }

    return Buffer.from(await response.arrayBuffer());
}

async function rows({ table, url, prefix }) {
    store = { url, prefix: prefix ?? '' };
    const metadata = await icebergMetadata({ tableUrl: table });
    const schema = metadata.schemas.find((s) => s['schema-id'] === metadata['current-schema-id']);
    const found = await icebergRead({ tableUrl: table, metadata });
    const snapshot = metadata.snapshots.find((s) => s['snapshot-id'] === metadata['current-snapshot-id']);
    const list = await avroFile(await bytesOf(snapshot['manifest-list']));
    const manifests = [];
    for (const manifest of list.records) {
        manifests.push(await avroFile(await bytesOf(manifest.manifest_path)));
    }

    return {
        metadata,
        rows: found.map((row) => schema.fields.map((f) => convert(row[f.name], f.type))),
        list: JSON.parse(JSON.stringify(list, longText)),
        manifests: JSON.parse(JSON.stringify(manifests, longText)),
    };
}

async function encode({ path, schema, records, codec }) {
    const type = avro.Type.forSchema(schema, { registry: { long: longType } });
    const encoder = new avro.streams.BlockEncoder(type, { codec });
    const file = encoder.pipe(createWriteStream(path));
    for (const record of records) {
        encoder.write(type.fromString(JSON.stringify(record)));
    }

    encoder.end();
    await new Promise((resolve, reject) => file.on('error', reject).on('finish', resolve));
    return {};
}

for await (const line of createInterface({ input: process.stdin })) {
    let answer;
    try {
        const request = JSON.parse(line);
        answer = request.op === 'rows' ? await rows(request)
            : request.op === 'encode' ? await encode(request)
            : JSON.parse(JSON.stringify(await avroFile(readFileSync(request.path)), longText));
    } catch (error) {
        answer = { error: String(error.stack) };
    }

    process.stdout.write(JSON.stringify(answer, plain) + '\n');
}
