using Lakehouse.Catalog;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Ingest.Internal.Manifests;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Unit.Files;

/// <summary>Manifests written and read by this program, and by an engine.</summary>
public sealed class ManifestCodecTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManifestCodec _codec = new();

    public void Dispose()
    {
        _codec.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(70)]
    [InlineData(3_000)]
    public async Task What_is_written_is_read_equal_here_and_by_an_engine(int size)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var manifest = Make(new Random(seed), size);
            var path = await SaveAsync(_codec.Encode(manifest));

            (await _codec.DecodeAsync(path, default)).Should().BeEquivalentTo(manifest, o => o.WithStrictOrdering());
            (await _codec.DecodeAsync(Rewrite(path), default)).Should().BeEquivalentTo(
                manifest, o => o.WithStrictOrdering(), "an engine that reads it finds the same, and what an engine has written is read");
        }
    }

    /// <summary>A byte that the disk has changed makes a manifest unreadable, or says nothing of the dataset.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(70)]
    public async Task No_changed_byte_makes_it_another_manifest(int size)
    {
        var manifest = Make(new Random(1), size);
        var good = _codec.Encode(manifest);
        var (refused, step) = (0, Math.Max(1, good.Length / 3_000));
        for (var i = 0; i < good.Length; i += step)
        {
            var bad = good.ToArray();
            bad[i] ^= (byte)(1 << (i % 8));
            try
            {
                if (ManifestReader.TryRead(bad, out var read))
                {
                    read.Should().BeEquivalentTo(manifest, o => o.WithStrictOrdering(), "byte {0} was changed", i);
                }
                else
                {
                    // The mark of its writer is damaged, so an engine reads it: as a manifest of another writer.
                    refused++;
                }
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        refused.Should().BeGreaterThan(good.Length / step / 2, "the values have a checksum");
        foreach (var length in Enumerable.Range(0, good.Length).Where(l => l % step == 0))
        {
            var path = await SaveAsync(good[..length]);
            await FluentActions.Awaiting(() => _codec.DecodeAsync(path, default)).Should().ThrowAsync<InvalidDataException>("{0} bytes are left of it", length);
        }
    }

    [Fact]
    public void Many_files_are_packed()
    {
        var manifest = Make(new Random(2), 10_000);
        _codec.Encode(manifest).Length.Should().BeLessThan(10_000 * 120, "each file has 64 random digits, which take 32 bytes, twice, and a size");
    }

    private async Task<string> SaveAsync(byte[] content)
    {
        var path = Path.Combine(_folder.Path, "m.parquet");
        await File.WriteAllBytesAsync(path, content);
        return path;
    }

    private string Rewrite(string path)
    {
        var other = path + ".other";
        using var database = DuckDbDatabase.OpenIsolated("256MB");
        using var connection = database.Connect();
        connection.Execute($"COPY (FROM read_parquet({DuckDbSql.Literal(path)})) TO {DuckDbSql.Literal(other)} (FORMAT parquet, COMPRESSION zstd)");
        return other;
    }

    /// <summary>A manifest with so many files, and about so many of everything else.</summary>
    private static Manifest Make(Random random, int size)
    {
        IReadOnlyList<DatasetColumn> columns =
        [
            .. Enumerable.Range(0, Math.Min(size, 300)).Select(i => new DatasetColumn($"c{i} \u00e9'\"", i % 2 == 0 ? "BIGINT" : "STRUCT(a VARCHAR)")),
        ];
        IReadOnlyList<DatasetColumn>[] older = [[.. columns.Take(1)], [new DatasetColumn("x", "DATE")]];
        var name = DatasetName.Parse("t_1");
        var now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddMicroseconds(random.Next());
        return new Manifest(
            DatasetId.For(name),
            name,
            random.NextInt64(1, long.MaxValue),
            SchemaFingerprint.Compute(columns.Select(c => (c.Name, c.Type))),
            columns,
            [
                .. Enumerable.Range(0, size).Select(i => new DataFile(
                    ObjectKey.Parse($"datasets/t_1/{Hash(random)}-{i}.parquet"),
                    random.NextInt64(long.MaxValue),
                    random.Next(3) == 0 ? null : random.NextInt64(),
                    random.Next(3) == 0 ? null : Hash(random),
                    size > 2 && random.Next(4) == 0 ? older[random.Next(2)] : null)),
            ],
            random.NextInt64(),
            now,
            now.AddMicroseconds(random.Next(1_000_000)),
            IsDropped: random.Next(2) == 0,
            MadeBy: random.Next(2) == 0 ? null : "append",
            Definition: random.Next(2) == 0
                ? null
                : new DatasetDefinition(
                    DefinitionKind.Derived, "SELECT '\u00ff\n' FROM t", [.. Enumerable.Range(0, size % 7).Select(i => new SourceVersion($"s{i}", i))]),
            Requests: size == 0 ? null : [.. Enumerable.Range(0, Math.Min(size, 64)).Select(i => new AnsweredRequest($"k{i}", Hash(random), i))],
            RowsSince: random.Next(2) == 0 ? null : random.NextInt64(),
            SortBy: size < 2 || random.Next(2) == 0 ? null : [.. columns.Take(random.Next(1, 3)).Select(c => c.Name)]);
    }

    private static string Hash(Random random)
    {
        var bytes = new byte[32];
        random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
