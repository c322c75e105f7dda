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

    // The members of this file, and those of the files before it.
    private readonly Dictionary<string, int> _byMember = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _before = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byName = NewIndex(columns);
    private readonly List<byte[]?> _members = [.. new byte[]?[columns.Count]];
    private readonly List<(string Member, string Name, DeclaredType? Type)> _new = [];
    private readonly List<(string Member, int Column)> _claimed = [];
    private int[] _order = new int[16];
    private int _seen;

    /// <summary>The columns.</summary>
    public TableColumns Columns => columns;

    /// <summary>Whether a type was told for a column of this object that is not added yet.</summary>
    public bool HasNewDeclared { get; private set; }

    /// <summary>Begins a file. Its members find the columns of the files before it as they find those of the dataset.</summary>
    public void BeginFile()
    {
        BeginRow();
        foreach (var (member, column) in _byMember)
        {
            _before.TryAdd(member, column);
            _members[column] = null;
        }

        _byMember.Clear();
    }

    /// <summary>Begins an object. What the one before would have added and has not is forgotten.</summary>
    public void BeginRow()
    {
        foreach (var (member, name, _) in _new)
        {
            _byMember.Remove(member);
            _byName.Remove(name);
        }

        foreach (var (member, column) in _claimed)
        {
            _byMember.Remove(member);
            _members[column] = null;
        }

        _new.Clear();
        _claimed.Clear();
        (_seen, HasNewDeclared) = (0, false);
    }

    /// <summary>The column of the member at which a reader stands; one that is not added yet has the number that it will have.</summary>
    /// <exception cref="TextFormatException">No column can be called so.</exception>
    public int Find(ref Utf8JsonReader reader)
    {
        // Objects mostly have their members in the order of the one before.
        for (var i = _seen; i < Math.Min(_seen + LookAhead, _order.Length) && !reader.ValueIsEscaped; i++)
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
        _claimed.Clear();
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

        RequireName(ref reader, member);
        var name = Name(ref reader, member, out var column);
        if (column >= 0)
        {
            _members[column] = Encoding.UTF8.GetBytes(member);
            _byMember.Add(member, column);
            _claimed.Add((member, column));
            return column;
        }

        var next = columns.Count + _new.Count;
        if (next == columnsMax)
        {
            throw new TextFormatException(
                "json_too_many_columns", (int)reader.TokenStartIndex, $"with the member '{Short(member)}' there are more than {columnsMax} columns "
                + "(ingest.max_columns). Put members whose names are data into an object of their own");
        }

        var type = types.Find(name, isOfDataset: false);
        _byMember.Add(member, next);
        _byName.Add(name, next);
        _new.Add((member, name, type));
        HasNewDeclared |= type is not null;
        return next;
    }

    private void RequireName(ref Utf8JsonReader reader, string member)
    {
        if (member.Length > NameLengthMax || member.Any(char.IsControl))
        {
            throw Bad(ref reader, $"holds a control character or has more than {NameLengthMax} characters");
        }

        if (!isCleaning && member.Length == 0)
        {
            throw Bad(ref reader, $"is empty. Say names=clean to have the column called {NameOfEmpty()}");
        }
    }

    /// <summary>The name of a member's column, and the column if there is one that no other member of this file has; otherwise it is new.</summary>
    private string Name(ref Utf8JsonReader reader, string member, out int column)
    {
        if (_before.TryGetValue(member, out column) && _members[column] is null)
        {
            return columns.Names[column];
        }

        // SQL does not tell upper from lower case: so does a file that follows others or the dataset. Two members of one file are another matter.
        var name = member.Length > 0 ? member : NameOfEmpty();
        var unique = name;
        for (var again = 2; _byName.TryGetValue(unique, out column); again++)
        {
            if (column < columns.Count && _members[column] is null)
            {
                return columns.Names[column];
            }

            unique = isCleaning ? string.Create(CultureInfo.InvariantCulture, $"{name}_{again}") : throw new TextFormatException(
                "json_duplicate_name",
                (int)reader.TokenStartIndex,
                $"there are members '{NameOf(column)}' and '{Short(member)}', which SQL does not tell from each other. Say names=clean to have the second one "
                + $"called {name}_2");
        }

        column = -1;
        return unique;
    }

    private string NameOfEmpty() => string.Create(CultureInfo.InvariantCulture, $"column{_byMember.Count + 1}");

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
