using System.Globalization;
using System.Text;
using System.Text.Json;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Tables;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Json;

/// <summary>
/// Finds the columns of members. Members that were not seen before become columns when the object that has them is added. Not thread-safe.
/// </summary>
/// <param name="columns">The columns; those that are there are the dataset's, and have no member yet.</param>
/// <param name="types">The types that were told.</param>
/// <param name="isCleaning">Whether names that no column can have are changed, rather than refused.</param>
/// <param name="columnsMax">The most columns.</param>
internal sealed class JsonNames(TableColumns columns, ColumnTypes types, bool isCleaning, int columnsMax)
{
    private const int NameLengthMax = 1_000;
    private const int LookAhead = 4;

    private readonly Dictionary<string, int> _byMember = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byName = NewIndex(columns);
    private readonly List<byte[]?> _members = [.. new byte[]?[columns.Count]];
    private readonly List<(string Member, string Name, DeclaredType? Type)> _new = [];
    private int[] _order = new int[16];
    private int _seen;

    /// <summary>The columns.</summary>
    public TableColumns Columns => columns;

    /// <summary>Whether a type was told for a column of this object that is not added yet.</summary>
    public bool HasNewDeclared { get; private set; }

    /// <summary>Begins an object. What the one before would have added and has not is forgotten.</summary>
    public void BeginRow()
    {
        foreach (var (member, name, _) in _new)
        {
            _byMember.Remove(member);
            _byName.Remove(name);
        }

        _new.Clear();
        (_seen, HasNewDeclared) = (0, false);
    }

    /// <summary>The column of the member at which a reader stands; one that is not added yet has the number that it will have.</summary>
    /// <exception cref="TextFormatException">No column can be called so.</exception>
    public int Find(ref Utf8JsonReader reader)
    {
        // Objects mostly have their members in the order of the one before.
        for (var i = _seen; i < Math.Min(_seen + LookAhead, _order.Length); i++)
        {
            if (_order[i] < _members.Count && _members[_order[i]] is { } utf8 && reader.ValueTextEquals(utf8))
            {
                _seen = i + 1;
                return _order[i];
            }
        }

        var column = FindByText(ref reader);
        if (_seen == _order.Length)
        {
            Array.Resize(ref _order, _order.Length * 2);
        }

        _order[_seen++] = column;
        return column;
    }

    /// <summary>The type that was told for a column, added or not.</summary>
    public DeclaredType? DeclaredOf(int column) => column < columns.Count ? columns.Declared[column] : _new[column - columns.Count].Type;

    /// <summary>The name of a column, added or not.</summary>
    public string NameOf(int column) => column < columns.Count ? columns.Names[column] : _new[column - columns.Count].Name;

    /// <summary>Adds the columns that the object has and no one before it had.</summary>
    public void AddNew()
    {
        foreach (var (member, name, type) in _new)
        {
            _members.Add(Encoding.UTF8.GetBytes(member));
            columns.Add(name, type);
        }

        _new.Clear();
        HasNewDeclared = false;
    }

    private int FindByText(ref Utf8JsonReader reader)
    {
        string member;
        try
        {
            member = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Bad(ref reader, "has an escape that is no character");
        }

        if (_byMember.TryGetValue(member, out var known))
        {
            return known;
        }

        // SQL does not tell upper from lower case: so does a file that follows the dataset. Two members of one object are another matter.
        if (_byName.TryGetValue(member, out var column) && column < columns.Count && _members[column] is null)
        {
            _members[column] = Encoding.UTF8.GetBytes(member);
            _byMember.Add(member, column);
            return column;
        }

        var next = columns.Count + _new.Count;
        if (next == columnsMax)
        {
            throw new TextFormatException(
                "json_too_many_columns", (int)reader.TokenStartIndex, $"with the member '{Short(member)}' there are more than {columnsMax} columns "
                + "(ingest.max_columns). Put members whose names are data into an object of their own");
        }

        var name = Name(ref reader, member, next);
        var type = types.Find(name, isOfDataset: false);
        _byMember.Add(member, next);
        _byName.Add(name, next);
        _new.Add((member, name, type));
        HasNewDeclared |= type is not null;
        return next;
    }

    private string Name(ref Utf8JsonReader reader, string member, int column)
    {
        if (member.Length > NameLengthMax || member.Any(char.IsControl))
        {
            throw Bad(ref reader, $"holds a control character or has more than {NameLengthMax} characters");
        }

        var name = member.Length > 0 ? member : string.Create(CultureInfo.InvariantCulture, $"column{column + 1}");
        if (!isCleaning && member.Length == 0)
        {
            throw Bad(ref reader, $"is empty. Say names=clean to have the column called {name}");
        }

        if (!isCleaning && _byName.TryGetValue(name, out var other))
        {
            throw new TextFormatException(
                "json_duplicate_name",
                (int)reader.TokenStartIndex,
                $"there are members '{NameOf(other)}' and '{Short(member)}', which SQL does not tell from each other. Say names=clean to have the second one "
                + $"called {name}_2");
        }

        var unique = name;
        for (var again = 2; _byName.ContainsKey(unique); again++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}_{again}");
        }

        return unique;
    }

    private static TextFormatException Bad(ref Utf8JsonReader reader, string why) =>
        new("json_bad_name", (int)reader.TokenStartIndex, $"the name of this member {why}");

    private static string Short(string member) => Core.Text.Utf8Text.Beginning(Encoding.UTF8.GetBytes(member), 80);

    private static Dictionary<string, int> NewIndex(TableColumns columns)
    {
        var index = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < columns.Count; i++)
        {
            index.Add(columns.Names[i], i);
        }

        return index;
    }
}
