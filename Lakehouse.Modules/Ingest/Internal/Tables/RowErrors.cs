using System.Globalization;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>The rows that were left out because they cannot be read.</summary>
/// <param name="countMax">The most of them.</param>
internal sealed class RowErrors(int countMax)
{
    private const int ListedMax = 100;
    private const int TextLengthMax = 200;

    private readonly List<SkippedRow> _listed = [];

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>The first hundred.</summary>
    public IReadOnlyList<SkippedRow> Listed => _listed;

    /// <summary>The name of the file that is being read; null where it has none.</summary>
    public string? File { get; set; }

    /// <summary>Counts a row.</summary>
    /// <exception cref="LakehouseException"><c>too_many_bad_rows</c> (<see cref="ErrorKind.Unprocessable"/>).</exception>
    public void Add(long line, string reason, ReadOnlySpan<byte> text)
    {
        if (_listed.Count < ListedMax)
        {
            _listed.Add(new SkippedRow(line, reason, Utf8Text.Beginning(text, TextLengthMax), File));
        }

        if (++Count <= countMax)
        {
            return;
        }

        var first = string.Join("; ", _listed.Take(3).Select(r => string.Create(CultureInfo.InvariantCulture, $"line {r.Line}: {r.Reason}")));
        throw new LakehouseException(
            ErrorKind.Unprocessable,
            "too_many_bad_rows",
            $"More than {countMax} rows cannot be read (max_errors). The first: {first}. Nothing was registered.")
        {
            Details = new Dictionary<string, object?> { ["line"] = line, ["column"] = 1, ["skipped"] = _listed },
        };
    }
}
