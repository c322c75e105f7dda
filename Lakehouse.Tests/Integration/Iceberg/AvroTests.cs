using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Lakehouse.Iceberg.Internal.Avro;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Iceberg;

/// <summary>Avro files of this program and of avsc, a package of npm, are the same to both.</summary>
public sealed class AvroTests(IcebergClient client) : IClassFixture<IcebergClient>
{
    private const long BytesMax = 1 << 26;

    [IcebergFact]
    public async Task What_is_written_is_read_by_avsc()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "made.avro");
        for (var seed = 0; seed < 60; seed++)
        {
            var made = new RandomAvro(seed);
            var metadata = new Dictionary<string, string> { ["one"] = "1", ["é"] = "ü" };
            await File.WriteAllBytesAsync(path, AvroFile.Write(made.Schema.ToJsonString(), metadata, made.Records));

            var read = await client.ReadAvroAsync(path);
            read["metadata"]!["é"]!.GetValue<string>().Should().Be("ü");
            read["records"]!.ToJsonString().Should().Be(
                new JsonArray([.. made.Records.Select(r => RandomAvro.ToJson(made.Type, r))]).ToJsonString(), "seed {0}", seed);
        }
    }

    [IcebergFact]
    public async Task What_avsc_writes_is_read()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "made.avro");
        for (var seed = 100; seed < 160; seed++)
        {
            var made = new RandomAvro(seed);
            var records = new JsonArray([.. made.Records.Select(r => RandomAvro.ToCode(made.Type, r))]);
            await client.WriteAvroAsync(path, made.Schema, records, seed % 2 == 0 ? "deflate" : "null");

            var read = AvroFile.Read(await File.ReadAllBytesAsync(path), BytesMax);
            read.Records.Select(r => RandomAvro.ToJson(read.Schema, r)!.ToJsonString()).Should().Equal(
                made.Records.Select(r => RandomAvro.ToJson(made.Type, r)!.ToJsonString()), "seed {0}", seed);
        }
    }

    [Fact]
    public void The_same_records_make_the_same_bytes()
    {
        var made = new RandomAvro(1);
        var one = AvroFile.Write(made.Schema.ToJsonString(), new Dictionary<string, string>(), made.Records);
        AvroFile.Write(made.Schema.ToJsonString(), new Dictionary<string, string>(), made.Records).Should().Equal(one);
    }

    [Fact]
    public void Damaged_files_are_refused_and_never_more()
    {
        var made = new RandomAvro(3);
        var whole = AvroFile.Write(made.Schema.ToJsonString(), new Dictionary<string, string>(), made.Records);
        var random = new Random(7);
        for (var i = 0; i < 3_000; i++)
        {
            var bytes = whole.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            bytes = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
            try
            {
                AvroFile.Read(bytes, 1 << 20);
            }
            catch (InvalidDataException)
            {
                // It says so, whatever it is.
            }
        }
    }

    [Fact]
    public void A_file_of_another_codec_or_that_unpacks_to_too_much_is_refused()
    {
        const string schema = """{"type":"record","name":"r","fields":[{"name":"a","type":"string"}]}""";
        var file = AvroFile.Write(schema, new Dictionary<string, string>(), [new object?[] { new string('x', 1 << 20) }]);
        file.Length.Should().BeLessThan(20_000);
        ((Action)(() => AvroFile.Read(file, 1 << 16))).Should().Throw<InvalidDataException>().WithMessage("*larger than is read*");
        var text = Encoding.Latin1.GetString(file).Replace("\u000edeflate", "\u000ezstdxxx", StringComparison.Ordinal);
        ((Action)(() => AvroFile.Read(Encoding.Latin1.GetBytes(text), 1 << 24))).Should().Throw<InvalidDataException>().WithMessage("*zstdxxx*");
    }

    /// <summary>A schema and records of it.</summary>
    private sealed class RandomAvro
    {
        private readonly Random _random;
        private int _names;

        public RandomAvro(int seed)
        {
            _random = new Random(seed);
            Schema = NewRecord(0);
            Type = AvroSchema.Parse(Encoding.UTF8.GetBytes(Schema.ToJsonString()));
            Records = [.. Enumerable.Range(0, _random.Next(1, 40)).Select(_ => NewValue(Type))];
        }

        public JsonObject Schema { get; }

        public AvroSchema Type { get; }

        public IReadOnlyList<object?> Records { get; }

        /// <summary>A value as the client gives it: longs are texts, bytes are marked.</summary>
        public static JsonNode? ToJson(AvroSchema type, object? value) =>
            ToNode(type, value, bytes => new JsonObject { ["$bytes"] = Convert.ToBase64String(bytes) }, (_, of) => of);

        /// <summary>A value in Avro's own JSON encoding, in which that of a union has its type's name.</summary>
        public static JsonNode? ToCode(AvroSchema type, object? value) =>
            ToNode(type, value, bytes => Encoding.Latin1.GetString(bytes), (of, json) => new JsonObject { [of.Kind.ToString().ToLowerInvariant()] = json });

        private static JsonNode? ToNode(
            AvroSchema type, object? value, Func<byte[], JsonNode> ofBytes, Func<AvroSchema, JsonNode?, JsonNode?> ofUnion) => type.Kind switch
            {
                AvroKind.Null => null,
                AvroKind.Boolean => (bool)value!,
                AvroKind.Int => (int)value!,
                AvroKind.Long => ((long)value!).ToString(CultureInfo.InvariantCulture),
                AvroKind.Float => (double)(float)value!,
                AvroKind.Double => (double)value!,
                AvroKind.Bytes or AvroKind.Fixed => ofBytes((byte[])value!),
                AvroKind.String or AvroKind.Enum => (string)value!,
                AvroKind.Array => new JsonArray([.. ((IReadOnlyList<object?>)value!).Select(v => ToNode(type.Types[0], v, ofBytes, ofUnion))]),
                AvroKind.Map => new JsonObject(((IReadOnlyDictionary<string, object?>)value!).OrderBy(p => p.Key, StringComparer.Ordinal).Select(
                    p => KeyValuePair.Create(p.Key, ToNode(type.Types[0], p.Value, ofBytes, ofUnion)))),
                AvroKind.Union => value is null ? null : ofUnion(type.Types[1], ToNode(type.Types[1], value, ofBytes, ofUnion)),
                _ => new JsonObject(type.Fields.Select((f, i) => KeyValuePair.Create(f.Name, ToNode(f.Type, ((object?[])value!)[i], ofBytes, ofUnion)))),
            };

        private JsonObject NewRecord(int depth) => new()
        {
            ["type"] = "record",
            ["name"] = $"r{_names++}",
            ["fields"] = new JsonArray([.. Enumerable.Range(0, _random.Next(1, 6)).Select(i => (JsonNode)new JsonObject
            {
                ["name"] = $"f{i}", ["type"] = NewType(depth + 1), ["field-id"] = (_names * 100) + i,
            })]),
        };

        private JsonNode NewType(int depth) => _random.Next(depth > 3 ? 8 : 13) switch
        {
            0 => "boolean",
            1 => "int",
            2 => "long",
            3 => "float",
            4 => "double",
            5 => "bytes",
            6 => "string",
            7 => new JsonObject { ["type"] = "fixed", ["name"] = $"x{_names++}", ["size"] = _random.Next(1, 20) },
            8 => new JsonObject { ["type"] = "enum", ["name"] = $"e{_names++}", ["symbols"] = new JsonArray("A", "B", "C") },
            9 => new JsonObject { ["type"] = "array", ["items"] = NewType(depth + 1) },
            10 => new JsonObject { ["type"] = "map", ["values"] = NewType(depth + 1) },
            11 => new JsonArray("null", _random.Next(2) == 0 ? "long" : "string"),
            _ => NewRecord(depth + 1),
        };

        private object? NewValue(AvroSchema type) => type.Kind switch
        {
            AvroKind.Boolean => _random.Next(2) == 0,
            AvroKind.Int => _random.Next(int.MinValue, int.MaxValue) >> _random.Next(31),
            AvroKind.Long => _random.Next(8) == 0 ? long.MinValue : _random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(63),
            AvroKind.Float => (float)(_random.NextDouble() - 0.5),
            AvroKind.Double => (_random.NextDouble() - 0.5) * 1e9,
            AvroKind.Bytes => NewBytes(_random.Next(12)),
            AvroKind.Fixed => NewBytes(type.Size),
            AvroKind.String => new string([.. Enumerable.Range(0, _random.Next(10)).Select(_ => "aé漢\n\""[_random.Next(5)])]),
            AvroKind.Enum => type.Symbols[_random.Next(type.Symbols.Count)],
            AvroKind.Array => Enumerable.Range(0, _random.Next(4)).Select(_ => NewValue(type.Types[0])).ToList(),
            AvroKind.Map => Enumerable.Range(0, _random.Next(4)).ToDictionary(i => $"k{i}", _ => NewValue(type.Types[0])),
            AvroKind.Union => _random.Next(2) == 0 ? null : NewValue(type.Types[1]),
            _ => type.Fields.Select(f => NewValue(f.Type)).ToArray(),
        };

        private byte[] NewBytes(int count)
        {
            var bytes = new byte[count];
            _random.NextBytes(bytes);
            return bytes;
        }
    }
}
