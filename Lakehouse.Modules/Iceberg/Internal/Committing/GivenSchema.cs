using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Catalog;
using Lakehouse.Core.Errors;

namespace Lakehouse.Iceberg.Internal.Committing;

/// <summary>A schema as another engine gives it (the specification's "Schemas"), and the columns that a dataset has by it.</summary>
/// <param name="Id">Its id there; null for none.</param>
/// <param name="Fields">The columns, with the ids that it says.</param>
internal sealed record GivenSchema(int? Id, IReadOnlyList<TableField> Fields)
{
    private const int DepthMax = 16;

    /// <summary>Reads a schema.</summary>
    /// <param name="json">Its object.</param>
    /// <param name="takesRequired">Whether columns may be required: they are not in a dataset, and nobody is told.</param>
    /// <exception cref="LakehouseException"><c>invalid_commit</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static GivenSchema Read(JsonNode? json, bool takesRequired = false)
    {
        if (json is not JsonObject schema || GivenJson.Text(schema, "type") != "struct")
        {
            throw GivenJson.Invalid("a schema is an object with \"type\": \"struct\" and \"fields\"");
        }

        if (!takesRequired && schema["identifier-field-ids"] is JsonArray { Count: > 0 })
        {
            throw GivenJson.Invalid("tables here have no identifier fields: POST /v1/ingest?mode=upsert names the keys with each change");
        }

        var fields = ReadFields(schema, takesRequired, 0);
        if (fields.Count == 0)
        {
            throw GivenJson.Invalid("a table has one column or more");
        }

        var all = fields.SelectMany(f => f.All).ToList();
        if (all.GroupBy(f => f.Id).FirstOrDefault(g => g.Count() > 1) is { } twins)
        {
            throw GivenJson.Invalid($"the fields '{twins.First().Name}' and '{twins.Last().Name}' have the same id, {twins.Key}");
        }

        return new GivenSchema((int?)GivenJson.OptionalNumber(schema, "schema-id"), fields);
    }

    /// <summary>The columns of a new dataset, and the ids that are not those that this program would give.</summary>
    public (IReadOnlyList<DatasetColumn> Columns, TableTraits Traits) ToColumns()
    {
        DatasetColumn[] columns = [.. Fields.Select(f => new DatasetColumn(f.Name, TypeOf(f)))];
        return (columns, Choose(columns, TableTraits.None));
    }

    /// <summary>What becomes of the columns of a dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="current">Its schema.</param>
    /// <exception cref="LakehouseException"><c>invalid_commit</c>: it drops or renames columns, or makes them what their values are not.</exception>
    public (IReadOnlyList<DatasetColumn> Columns, TableTraits Traits) Evolve(Manifest dataset, FieldSchema current)
    {
        RequireKept(current.Fields, Fields, string.Empty);
        var types = dataset.Columns.ToDictionary(c => c.Name, c => c.Type, StringComparer.Ordinal);
        var known = current.Fields.ToDictionary(f => f.Name, StringComparer.Ordinal);
        DatasetColumn[] columns =
        [
            .. Fields.Select(f => new DatasetColumn(f.Name, known.TryGetValue(f.Name, out var old) && IsSame(old, f) ? types[f.Name] : TypeOf(f))),
        ];
        return (columns, Choose(columns, dataset.Table ?? TableTraits.None));
    }

    private static List<TableField> ReadFields(JsonObject of, bool takesRequired, int depth)
    {
        var fields = new List<TableField>();
        foreach (var node in of["fields"] as JsonArray ?? throw GivenJson.Invalid("a struct has \"fields\""))
        {
            var field = node as JsonObject ?? throw GivenJson.Invalid("a field is an object with \"id\", \"name\", \"type\"");
            var name = GivenJson.Text(field, "name");
            if (name.Length == 0 || name.Any(char.IsControl))
            {
                throw GivenJson.Invalid("the name of a column has one character or more, and none that cannot be seen");
            }

            if (GivenJson.Flag(field, "required") && !takesRequired)
            {
                throw GivenJson.Invalid($"the column '{name}' is required, and columns of a dataset can be NULL; make it optional");
            }

            if (field["initial-default"] is not null || field["write-default"] is not null)
            {
                throw GivenJson.Invalid($"the column '{name}' has a default value, which format version 2 has not");
            }

            fields.Add(new TableField(GivenJson.Id(field, "id"), name, ReadType(field["type"], name, takesRequired, depth)));
        }

        var twin = fields.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
        return twin is null ? fields : throw GivenJson.Invalid($"there is more than one column '{twin.Key}'; SQL does not tell letter cases apart");
    }

    private static FieldType ReadType(JsonNode? node, string name, bool takesRequired, int depth)
    {
        if (depth > DepthMax)
        {
            throw GivenJson.Invalid($"the column '{name}' is nested too deeply");
        }

        if (node is JsonValue value && value.GetValueKind() is JsonValueKind.String)
        {
            // Some write decimal(9,2), and others decimal(9, 2).
            var text = value.GetValue<string>().Replace(" ", string.Empty, StringComparison.Ordinal).Replace(",", ", ", StringComparison.Ordinal);
            var type = new FieldType.Primitive(text);
            return new TableField(1, name, type).ColumnType is not null ? type
                : throw GivenJson.Invalid($"the column '{name}' is {text}, which a dataset cannot have; docs/iceberg.md lists the types");
        }

        var nested = node as JsonObject ?? throw GivenJson.Invalid($"the column '{name}' has no type");
        switch (GivenJson.Text(nested, "type"))
        {
            case "struct":
                return ReadFields(nested, takesRequired, depth + 1) is { Count: > 0 } fields ? new FieldType.OfStruct(fields)
                    : throw GivenJson.Invalid($"the column '{name}' is a struct without fields");
            case "list":
                Require("element-required");
                return new FieldType.OfList(Part("element"));
            case "map":
                Require("value-required");
                return new FieldType.OfMap(Part("key"), Part("value"));
            case var other:
                throw GivenJson.Invalid($"the column '{name}' is {other}, which a dataset cannot have; docs/iceberg.md lists the types");
        }

        TableField Part(string part) => new(GivenJson.Id(nested, part + "-id"), part, ReadType(nested[part], name, takesRequired, depth + 1));

        void Require(string member)
        {
            if (GivenJson.Flag(nested, member) && !takesRequired)
            {
                throw GivenJson.Invalid($"the values in '{name}' are required, and those of a dataset can be NULL; make them optional");
            }
        }
    }

    private static string TypeOf(TableField field) =>
        field.ColumnType ?? throw GivenJson.Invalid($"the column '{field.Name}' has a type that a dataset cannot have; docs/iceberg.md lists the types");

    /// <summary>The ids that are given, where this program would give others.</summary>
    private TableTraits Choose(IReadOnlyList<DatasetColumn> columns, TableTraits before)
    {
        if (!FieldSchema.TryOf(columns, null, out var own, out var reason))
        {
            throw GivenJson.Invalid(reason);
        }

        var ids = new Dictionary<string, int>(before.FieldIds);
        foreach (var (mine, theirs) in own.Fields.SelectMany(f => f.All).Zip(Fields.SelectMany(f => f.All)))
        {
            ids.Remove(mine.Key);
            if (mine.Id != theirs.Id)
            {
                ids[mine.Key] = theirs.Id;
            }
        }

        return FieldSchema.TryOf(columns, ids, out _, out reason) ? before with { FieldIds = ids } : throw GivenJson.Invalid(reason);
    }

    private static void RequireKept(IEnumerable<TableField> current, IEnumerable<TableField> given, string place)
    {
        var byId = given.ToDictionary(f => f.Id);
        foreach (var old in current)
        {
            var name = place + old.Name;
            if (!byId.TryGetValue(old.Id, out var now))
            {
                throw GivenJson.Invalid($"the column '{name}' would be gone, and the lake keeps columns; make a dataset without it by SQL with \"into\"");
            }

            if (now.Name != old.Name)
            {
                throw GivenJson.Invalid($"the column '{name}' would be called '{now.Name}'; the lake finds columns by their names, so that they keep them");
            }

            if (old.Type is FieldType.Primitive or null || now.Type is FieldType.Primitive)
            {
                if (!IsPromotion(old.Type, now.Type))
                {
                    throw GivenJson.Invalid($"the column '{name}' would have a type that does not hold its values");
                }

                continue;
            }

            if (old.Type.GetType() != now.Type.GetType())
            {
                throw GivenJson.Invalid($"the column '{name}' would have a type that does not hold its values");
            }

            RequireKept(old.Parts, now.Parts, name + ".");
        }
    }

    /// <summary>The specification's "Schema Evolution": what a type may become.</summary>
    private static bool IsPromotion(FieldType? old, FieldType now) => (old, now) switch
    {
        (FieldType.Primitive { Name: var from }, FieldType.Primitive { Name: var to }) =>
            from == to || (from, to) is ("int", "long") or ("float", "double") || IsWiderDecimal(from, to),
        _ => false,
    };

    private static bool IsWiderDecimal(string from, string to)
    {
        const string start = "decimal(";
        if (!from.StartsWith(start, StringComparison.Ordinal) || !to.StartsWith(start, StringComparison.Ordinal))
        {
            return false;
        }

        var (one, two) = (from[start.Length..^1].Split(", "), to[start.Length..^1].Split(", "));
        return one[1] == two[1] && int.Parse(two[0], System.Globalization.CultureInfo.InvariantCulture)
            >= int.Parse(one[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static bool IsSame(TableField old, TableField now) => (old.Type, now.Type) switch
    {
        (FieldType.Primitive one, FieldType.Primitive two) => one.Name == two.Name,
        _ => old.Type.GetType() == now.Type.GetType() && old.Parts.Count() == now.Parts.Count() && old.Parts.Zip(now.Parts).All(p => IsSame(p.First, p.Second)),
    };
}
