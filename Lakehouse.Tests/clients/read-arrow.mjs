// Reads streams of Arrow with the official package. For each line of the standard input, the path of a file, it writes one line of JSON:
// {"columns":[{"name","type"}],"batches":[rows],"rows":[[text]]}, or {"error"}. A text is a value as the format csv writes it; null is NULL.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DataType, RecordBatchReader, Vector } from 'apache-arrow';

const SECONDS_OF_DAY = 86400n;
const INT32_MAX = 2147483647;
const INT64_MAX = 9223372036854775807n;
const UNITS = [1n, 1000n, 1000000n, 1000000000n];

const pad = (number, width) => String(number).padStart(width, '0');
const floorDiv = (a, b) => (a - (((a % b) + b) % b)) / b;

/** The 64-bit numbers of a buffer. */
const longs = (values) => new BigInt64Array(values.buffer, values.byteOffset, values.byteLength / 8);
const ints = (values) => new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4);

/** Days since 1970 as a date of the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms"). */
function dateText(days) {
    const shifted = days + 719468n;
    const era = floorDiv(shifted, 146097n);
    const dayOfEra = shifted - era * 146097n;
    const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36524n - dayOfEra / 146096n) / 365n;
    const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
    const month0 = (5n * dayOfYear + 2n) / 153n;
    const day = dayOfYear - (153n * month0 + 2n) / 5n + 1n;
    const month = month0 < 10n ? month0 + 3n : month0 - 9n;
    const year = yearOfEra + era * 400n + (month <= 2n ? 1n : 0n);
    const shown = year > 0n ? year : 1n - year;
    return { text: `${pad(shown, 4)}-${pad(month, 2)}-${pad(day, 2)}`, end: year > 0n ? '' : ' (BC)' };
}

/** A time of day: the fraction has six digits, or nine where they are needed, without zeros at the end. */
function timeText(ticks, perSecond) {
    const seconds = ticks / perSecond;
    const digits = perSecond === 1n ? 0 : String(perSecond).length - 1;
    const fraction = digits === 0 ? '' : pad(ticks % perSecond, digits).replace(/0+$/, '');
    return `${pad(seconds / 3600n, 2)}:${pad((seconds / 60n) % 60n, 2)}:${pad(seconds % 60n, 2)}${fraction ? '.' + fraction : ''}`;
}

function timestampText(ticks, unit, zone) {
    if (ticks === INT64_MAX || ticks === -INT64_MAX) {
        return ticks > 0n ? 'infinity' : '-infinity';
    }

    const perSecond = UNITS[unit];
    const day = floorDiv(ticks, perSecond * SECONDS_OF_DAY);
    const date = dateText(day);
    return `${date.text}${date.end} ${timeText(ticks - day * perSecond * SECONDS_OF_DAY, perSecond)}${zone ? '+00' : ''}`;
}

function decimalText(words, scale) {
    let value = 0n;
    for (let i = words.length - 1; i >= 0; i--) {
        value = (value << 32n) | BigInt(words[i]);
    }

    value = BigInt.asIntN(words.length * 32, value);
    const digits = pad(value < 0n ? -value : value, scale + 1);
    const whole = digits.slice(0, digits.length - scale);
    return (value < 0n ? '-' : '') + whole + (scale > 0 ? '.' + digits.slice(digits.length - scale) : '');
}

/** The shortest text that is the same number again, for 32 bits or 64. */
function floatText(value, is32) {
    if (!Number.isFinite(value)) {
        return String(value);
    }

    for (let precision = 1; is32 && precision <= 9; precision++) {
        const text = value.toPrecision(precision);
        if (Math.fround(Number(text)) === value) {
            return Object.is(value, -0) ? '-0' : text;
        }
    }

    return Object.is(value, -0) ? '-0' : String(value);
}

function intervalText([months, days, low, high]) {
    const nanoseconds = (BigInt(high) << 32n) | BigInt(low >>> 0);
    const parts = [];
    const add = (count, word) => count !== 0 && parts.push(`${count} ${word}${Math.abs(count) === 1 ? '' : 's'}`);
    add(Math.trunc(months / 12), 'year');
    add(months % 12, 'month');
    add(days, 'day');
    if (nanoseconds !== 0n || parts.length === 0) {
        const micros = nanoseconds / 1000n;
        parts.push((micros < 0n ? '-' : '') + timeText(micros < 0n ? -micros : micros, 1000000n));
    }

    return parts.join(' ');
}

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const vectors = new WeakMap();

/** A value as the package itself returns it. */
function get(data, index) {
    if (!vectors.has(data)) {
        vectors.set(data, new Vector([data]));
    }

    return vectors.get(data).get(index);
}

/** A value: {kind, text}. The kind is how JSON writes it: n: as it is, s: as a text, j: it is JSON already; null is NULL. */
function read(data, index, field) {
    const type = data.type;
    if (DataType.isNull(type) || (!DataType.isUnion(type) && !data.getValid(index))) {
        return null;
    }

    const extension = field?.metadata.get('ARROW:extension:name');
    if (DataType.isBool(type) || DataType.isInt(type)) {
        return { kind: 'n', text: String(get(data, index)) };
    }

    if (DataType.isFloat(type)) {
        const value = get(data, index);
        return { kind: Number.isFinite(value) ? 'n' : 's', text: floatText(value, type.precision === 1) };
    }

    if (DataType.isDecimal(type)) {
        return { kind: 'n', text: decimalText(get(data, index), type.scale) };
    }

    if (DataType.isUtf8(type) || DataType.isDictionary(type)) {
        return { kind: extension === 'arrow.json' ? 'j' : 's', text: get(data, index) };
    }

    if (DataType.isFixedSizeBinary(type) && extension === 'arrow.uuid') {
        return { kind: 's', text: hex(get(data, index)).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') };
    }

    if (DataType.isBinary(type) || DataType.isFixedSizeBinary(type)) {
        return { kind: 's', text: Buffer.from(get(data, index)).toString('base64') };
    }

    if (DataType.isDate(type)) {
        const days = ints(data.values)[index];
        const date = dateText(BigInt(days));
        return { kind: 's', text: Math.abs(days) === INT32_MAX ? (days > 0 ? 'infinity' : '-infinity') : date.text + date.end };
    }

    if (DataType.isTime(type)) {
        return { kind: 's', text: timeText(longs(data.values)[index], UNITS[type.unit]) };
    }

    if (DataType.isTimestamp(type)) {
        return { kind: 's', text: timestampText(longs(data.values)[index], type.unit, type.timezone) };
    }

    if (DataType.isInterval(type)) {
        return { kind: 's', text: intervalText(ints(data.values).subarray(index * 4, index * 4 + 4)) };
    }

    return { kind: 'j', text: nested(data, index) };
}

/** The JSON of a nested value, as docs/sql.md describes it. */
function nested(data, index) {
    const type = data.type;
    const child = (number, at) => json(read(data.children[number], at, type.children[number]));
    const elements = (from, to) => Array.from({ length: to - from }, (_, i) => child(0, from + i));
    if (DataType.isUnion(type)) {
        const member = type.typeIds.indexOf(data.typeIds[index]);
        return `{${JSON.stringify(type.children[member].name)}:${child(member, index)}}`;
    }

    if (DataType.isMap(type)) {
        const [keys, values] = data.children[0].children;
        const entries = [];
        for (let i = data.valueOffsets[index]; i < data.valueOffsets[index + 1]; i++) {
            const [key, value] = [read(keys, i, type.children[0].type.children[0]), read(values, i, type.children[0].type.children[1])];
            entries.push(`{"key":${json(key)},"value":${json(value)}}`);
        }

        return `[${entries.join(',')}]`;
    }

    if (DataType.isList(type)) {
        return `[${elements(data.valueOffsets[index], data.valueOffsets[index + 1]).join(',')}]`;
    }

    if (DataType.isFixedSizeList(type)) {
        return `[${elements(index * type.listSize, (index + 1) * type.listSize).join(',')}]`;
    }

    if (DataType.isStruct(type)) {
        const members = type.children.map((member, i) => (member.name === '' ? '' : JSON.stringify(member.name) + ':') + child(i, index));
        return type.children.every((member) => member.name !== '') ? `{${members.join(',')}}` : `[${members.join(',')}]`;
    }

    throw new Error(`a value of the type ${type}`);
}

const json = (value) => (value === null ? 'null' : value.kind === 's' ? JSON.stringify(value.text) : value.text);

function readFile(path) {
    const reader = RecordBatchReader.from(readFileSync(path)).open();
    const fields = reader.schema.fields;
    const [rows, batches] = [[], []];
    for (const batch of reader) {
        batches.push(batch.numRows);
        for (let row = 0; row < batch.numRows; row++) {
            rows.push(fields.map((field, i) => read(batch.data.children[i], row, field)?.text ?? null));
        }
    }

    return { columns: fields.map((f) => ({ name: f.name, type: String(f.type) })), batches, rows };
}

for await (const path of createInterface({ input: process.stdin })) {
    let answer;
    try {
        answer = readFile(path);
    } catch (error) {
        answer = { error: String(error.stack) };
    }

    process.stdout.write(JSON.stringify(answer) + '\n');
}
