using System.Globalization;
using Lakehouse.Catalog;
using Lakehouse.Core.Names;
using Lakehouse.Query.Internal.Rows;

namespace Lakehouse.Tests.Unit.Files;

/// <summary>The choice of the data files that are merged.</summary>
public sealed class SmallFilesTests
{
    private const long Max = 4 << 20;

    [Theory]
    [InlineData("1 1 1", 0, 0)]
    [InlineData("1 1 1 1", 0, 4)]
    [InlineData("5000 1 1 1 1 1", 1, 5)]
    [InlineData("1 1 5000 1 1 1 1", 3, 4)]
    [InlineData("1 1 1 100 1", 0, 0)]
    [InlineData("1 1 1 1 100 1", 0, 4)]
    [InlineData("60 50 100 40 30", 0, 5)]
    [InlineData("100 100 100 100 1 1", 0, 6)]
    [InlineData("100 100 1 1 1 1", 2, 4)]
    [InlineData("5000 5000 5000 5000", 0, 0)]
    [InlineData("4000 4000 4000 4000 4000 4000", 0, 4)]
    [InlineData("", 0, 0)]
    public void Neighbours_of_about_the_same_size_are_merged(string kibibytes, int start, int count) =>
        SmallFiles.Find(Files(kibibytes), 4, 4, Max).Should().Be((start, count));

    [Fact]
    public void A_row_is_written_again_only_as_often_as_its_file_has_doubled()
    {
        var (files, written) = (new List<DataFile>(), 0L);
        for (var i = 0; i < 10_000; i++)
        {
            files.Add(File(4 << 10));
            while (SmallFiles.Find(files, 16, 16, Max) is { Count: > 0 } run)
            {
                var size = files.Skip(run.Start).Take(run.Count).Sum(f => f.SizeBytes);
                files.RemoveRange(run.Start, run.Count);
                files.Insert(run.Start, File(size));
                written += size;
            }

            files.Count.Should().BeLessThan(80);
        }

        (written / (10_000 * (4L << 10))).Should().BeLessThan(10);
    }

    private static List<DataFile> Files(string kibibytes) =>
        [.. kibibytes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(k => File(long.Parse(k, CultureInfo.InvariantCulture) << 10))];

    private static DataFile File(long size) =>
        new(ObjectKey.Parse($"datasets/t/{new string('0', 64)}/{new string('0', 32)}-00000000.parquet"), size, 1, new string('0', 64));
}
