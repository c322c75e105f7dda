using System.Collections.Frozen;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Text;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.SystemTables;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// Checks one parse tree. It computes for every node how much its functions can multiply the size of a value, so that nested amplifiers count as their product.
/// </summary>
/// <param name="bounds">What is allowed.</param>
/// <param name="expandsCommonTables">
/// Whether the engine may plan a common table again at each place that names it; the tree does not show for which tables it does.
/// </param>
/// <param name="engine">Knows the engine's functions.</param>
/// <param name="systemTables">The system tables.</param>
internal sealed class GateWalk(GateBounds bounds, bool expandsCommonTables, SqlParser engine, IReadOnlyList<SystemTableShape> systemTables)
{
    // Nodes that are not expressions: queries, their modifiers, and tables. Kinds that a new release of the engine adds are refused until they are added here.
    private static readonly FrozenSet<string> AllowedNodes = FrozenSet.Create(
        StringComparer.Ordinal,
        "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE",
        "ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER", "ORDER_DEFAULT", "ASCENDING", "DESCENDING",
        "BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT", "SHOW_REF");

    private static readonly FrozenSet<string> AllowedExpressions = FrozenSet.Create(
        StringComparer.Ordinal,
        "BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "DEFAULT", "FUNCTION", "LAMBDA", "LAMBDA_REF",
        "OPERATOR", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "TYPE", "WINDOW");

    private static readonly FrozenSet<string> AllowedTableFunctions = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "range", "generate_series", "unnest", "json_each", "json_tree", "repeat", "repeat_row", "pg_timezone_names",
        "icu_calendar_names", "histogram", "histogram_values", "summary", "test_all_types", "duckdb_keywords", "pragma_collations", VectorFunctions.Search);

    // Macros that take the name of a table and put it into query_table.
    private static readonly FrozenSet<string> TablesByName = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "histogram", "histogram_values");

    private static readonly FrozenSet<string> RepeatableTableFunctions = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "range", "generate_series", "unnest", "json_each", "json_tree", "repeat", "repeat_row", "test_all_types");

    // Names without brackets that the engine replaces by a function where there is no such column.
    private static readonly FrozenSet<string> TimeColumns = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp");

    private static readonly FrozenSet<string> AggregatesByName = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "list_aggregate", "list_aggr", "array_aggregate", "array_aggr", "aggregate");

    private static readonly FrozenSet<string> AllowedShows = FrozenSet.Create(StringComparer.Ordinal, "\"tables\"", "__show_tables_expanded");

    private static readonly FrozenSet<string> AllowedSystemTables = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "tables", "columns", "schemata");

    private readonly OrderedDictionary<string, TableReference> _tables = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<CommonTable> _commonTables = [];
    private double _expanded;
    private int _depth;
    private int _parameters;
    private int _deepest;
    private double _named;

    /// <summary>The tables that have to be datasets.</summary>
    public IReadOnlyList<TableReference> Tables => [.. _tables.Values];

    /// <summary>The calls of the vector functions.</summary>
    public List<FunctionCall> Calls { get; } = [];

    public bool NamesEveryDataset { get; private set; }

    /// <summary>Whether it has the same answer whenever it runs over the same data: nothing in it depends on the time, on chance or on other modules.</summary>
    public bool IsRepeatable { get; private set; } = true;

    /// <summary>Whether it has parameters.</summary>
    public bool HasParameters { get; private set; }

    /// <summary>What it costs.</summary>
    /// <param name="growth">The result of <see cref="Visit"/> for its root.</param>
    public GateCost CostOf(double growth) => new(_expanded, _named, _deepest, growth);

    /// <summary>Checks a node and all nodes below it.</summary>
    /// <returns>How many times larger than its arguments a value of it can be; 1 for all but amplifiers.</returns>
    public double Visit(JsonElement node)
    {
        if (node.ValueKind == JsonValueKind.Array)
        {
            return node.EnumerateArray().Select(Visit).DefaultIfEmpty(1).Max();
        }

        if (node.ValueKind != JsonValueKind.Object)
        {
            return 1;
        }

        // The engine binds and plans recursively, and for some functions its cost is quadratic or exponential in their depth.
        if (++_depth > bounds.MaxDepth)
        {
            throw GateErrors.Invalid($"it nests more than {bounds.MaxDepth} deep (query.max_depth)");
        }

        _deepest = Math.Max(_deepest, _depth);
        var growth = node.TryGetProperty("class"u8, out var expressionClass) ? VisitExpression(node, expressionClass.GetString()!) : VisitNode(node);
        _depth--;
        return growth;
    }

    private double VisitExpression(JsonElement node, string expressionClass)
    {
        switch (expressionClass)
        {
            case "CONSTANT":
                RequireShallow(node);
                return 1; // its members are values
            case "PARAMETER":
                HasParameters = true;
                if (++_parameters > bounds.MaxParameters)
                {
                    throw GateErrors.Invalid($"it has more than {bounds.MaxParameters} parameters (query.max_params); give a list as one parameter");
                }

                return 1; // a value; where a size is needed, it is not known from the text
            case "FUNCTION" or "WINDOW":
                RequireFunction(node);
                IsRepeatable &= engine.IsRepeatable(Text(node, "function_name") ?? string.Empty) && !IsOfToday(node);
                break;
            case "COLUMN_REF":
                IsRepeatable &= !IsTime(node);
                return VisitMembers(node);
            default:
                if (!AllowedExpressions.Contains(expressionClass))
                {
                    throw GateErrors.Forbidden($"expressions of the kind {expressionClass} are not allowed");
                }

                break;
        }

        if (expressionClass != "FUNCTION")
        {
            return VisitMembers(node);
        }

        var growth = AmplifierBounds.Growth(node, bounds);
        foreach (var member in node.EnumerateObject())
        {
            growth *= member.NameEquals("children"u8) ? Product(member.Value) : Visit(member.Value);
        }

        return AmplifierBounds.Require(growth, bounds);
    }

    private double Product(JsonElement children) => children.EnumerateArray().Select(Visit).Aggregate(1.0, (a, b) => a * b);

    /// <summary>
    /// age of one time is that until today, which the engine's own list of functions does not say; as a method of a time, it has no arguments in the tree. Of
    /// two times, it does not depend on today.
    /// </summary>
    private static bool IsOfToday(JsonElement node) =>
        Same(Text(node, "function_name"), "age") && !(node.TryGetProperty("children"u8, out var children) && children.GetArrayLength() == 2);

    private static bool IsTime(JsonElement node) =>
        node.TryGetProperty("column_names"u8, out var names) && names.GetArrayLength() == 1 && TimeColumns.Contains(names[0].GetString()!);

    private double VisitNode(JsonElement node)
    {
        IsRepeatable &= !node.TryGetProperty("sample"u8, out _);
        if (!node.TryGetProperty("type"u8, out var type) || type.ValueKind != JsonValueKind.String)
        {
            return VisitMembers(node);
        }

        var name = type.GetString()!;
        if (!AllowedNodes.Contains(name) && !name.EndsWith("_TYPE_INFO", StringComparison.Ordinal))
        {
            throw GateErrors.Forbidden($"{name} is not allowed");
        }

        switch (name)
        {
            case "BASE_TABLE":
                RequireTable(node);
                break;
            case "SHOW_REF":
                RequireShow(node);
                break;
            case "TABLE_FUNCTION":
                return VisitTableFunction(node);
        }

        return name.EndsWith("_NODE", StringComparison.Ordinal) ? VisitQuery(node) : VisitMembers(node);
    }

    private double VisitMembers(JsonElement node)
    {
        var growth = 1.0;
        foreach (var member in node.EnumerateObject())
        {
            growth = Math.Max(growth, Visit(member.Value));
        }

        return growth;
    }

    /// <summary>
    /// Checks a query. Its values are made of those of its common tables and of its FROM clause, so their growth multiplies. The name of a common table is in
    /// scope in the common tables after it and in the query; in its own definition only in the recursive branch. Everywhere else the engine would look the name
    /// up in its own catalog, so it is checked like any other name.
    /// </summary>
    private double VisitQuery(JsonElement node)
    {
        var outer = _commonTables.Count;
        var growth = 1.0;
        if (node.TryGetProperty("cte_map"u8, out var commonTables) && commonTables.TryGetProperty("map"u8, out var map))
        {
            foreach (var entry in map.EnumerateArray())
            {
                growth *= VisitCommonTable(entry.GetProperty("key"u8).GetString()!, entry.GetProperty("value"u8));
            }
        }

        var recurring = node.TryGetProperty("cte_name"u8, out var own) && node.GetProperty("type"u8).ValueEquals("RECURSIVE_CTE_NODE"u8)
            ? own.GetString()
            : null;
        var values = 1.0;
        foreach (var member in node.EnumerateObject())
        {
            if (member.NameEquals("from_table"u8))
            {
                growth *= Visit(member.Value);
            }
            else if (recurring is not null && member.NameEquals("right"u8))
            {
                RequireCommonTableName(recurring);
                _commonTables.Add(new CommonTable(recurring, 1, IsRecurring: true));
                values = Math.Max(values, Visit(member.Value));
                _commonTables.RemoveAt(_commonTables.Count - 1);
            }
            else if (!member.NameEquals("cte_map"u8))
            {
                values = Math.Max(values, Visit(member.Value));
            }
        }

        _commonTables.RemoveRange(outer, _commonTables.Count - outer);
        return AmplifierBounds.Require(growth * values, bounds);
    }

    /// <summary>
    /// A common table that is not materialized is planned again at each place that names it, with all tables that it names, so their counts multiply.
    /// </summary>
    private double VisitCommonTable(string name, JsonElement value)
    {
        RequireCommonTableName(name);
        var before = _expanded;
        var growth = Visit(value);
        _commonTables.Add(new CommonTable(name, expandsCommonTables ? Math.Max(1, _expanded - before) : 1, IsRecurring: false));
        return growth;
    }

    private static void RequireCommonTableName(string name)
    {
        if (DatasetName.IsReserved(name))
        {
            throw GateErrors.Forbidden($"the common table '{name}' has a name that belongs to the engine");
        }

        if (!DatasetName.TryParse(name, out _, out _) && !name.All(c => char.IsLetterOrDigit(c) || c is '_' or ' ' or '-'))
        {
            throw GateErrors.Forbidden($"the common table '{name}' needs a plainer name");
        }
    }

    private void Expand(double tables)
    {
        _expanded += tables;
        if (_expanded > bounds.MaxExpandedTables)
        {
            throw GateErrors.Forbidden(
                $"it names more than {bounds.MaxExpandedTables} tables (query.max_expanded_tables), where those of a common table that is NOT MATERIALIZED "
                + "count at each place that names it");
        }
    }

    private void RequireTable(JsonElement node)
    {
        var table = Text(node, "table_name") ?? string.Empty;
        var schema = Text(node, "schema_name");
        var catalog = Text(node, "catalog_name");
        int? position = node.TryGetProperty("query_location"u8, out var location) ? location.GetInt32() : null;
        var isOfRecursion = Same(schema, "recurring");
        if ((schema is null || isOfRecursion) && catalog is null
                && _commonTables.FindLast(c => Same(c.Name, table) && (c.IsRecurring || !isOfRecursion)) is { Name: not null } common)
        {
            Expand(common.Expanded);
            return;
        }

        Expand(1);
        _named++;
        if (Same(schema, "information_schema") && catalog is null or "memory" or "system" && AllowedSystemTables.Contains(table))
        {
            (NamesEveryDataset, IsRepeatable) = (true, false);
            return;
        }

        if (Same(schema, SystemTableShape.Database) && catalog is null)
        {
            if (systemTables.FirstOrDefault(t => t.IsDataset && Same(t.Name, table)) is { } kept)
            {
                Name(kept.Dataset, isQualified: true, GateErrors.UnknownDataset(kept.Dataset, position));
                return;
            }

            IsRepeatable = false;
            var names = systemTables.Select(t => $"{SystemTableShape.Database}.{t.Name}").ToList();
            if (!systemTables.Any(t => Same(t.Name, table)))
            {
                var hint = NearestName.Hint($"{schema}.{table}", names);
                throw GateErrors.Invalid($"there is no table {schema}.{table}{hint}; there are {string.Join(", ", names)}");
            }

            return;
        }

        var isInMain = (schema is null || Same(schema, "main")) && (catalog is null || Same(catalog, "memory"));
        var dataset = DatasetVersion.NameIn(table);
        var isPlain = schema is null && dataset.Length > 0 && dataset.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or ' ');
        var missing = isPlain && !DatasetName.IsReserved(dataset)
            ? GateErrors.UnknownDataset(dataset, position)
            : GateErrors.Forbidden(
                $"'{string.Join('.', new[] { catalog, schema, table }.Where(p => p is not null))}' is no dataset, and files and the engine's own tables "
                + "cannot be read; files come in by POST /v1/ingest"
                + (schema is not null && catalog is null ? $". A dataset whose name has a dot is written in quotes, \"{schema}.{table}\"" : string.Empty));
        if (node.TryGetProperty("at_clause"u8, out var at) && at.ValueKind is JsonValueKind.Object)
        {
            throw GateErrors.Invalid($"a version is named in the table's name, \"{table}@3\" or \"{table}@2026-11-01T00:00:00Z\", and not by AT");
        }

        if (!isInMain || !DatasetName.TryParse(dataset, out _, out _))
        {
            throw missing;
        }

        var isQualified = schema is not null || catalog is not null;
        if (isQualified && dataset != table)
        {
            throw GateErrors.Invalid($"the table '{table}' is named with a schema; a version can be named only without one");
        }

        Name(table, isQualified, missing);
    }

    private void Name(string table, bool isQualified, LakehouseException missing)
    {
        var before = _tables.GetValueOrDefault(table);
        _tables[table] = new TableReference(table, isQualified || before is { IsQualified: true }, (before?.Count ?? 0) + 1, before?.Missing ?? missing);
    }

    private void RequireShow(JsonElement node)
    {
        if (node.TryGetProperty("query"u8, out _))
        {
            return; // DESCRIBE or SUMMARIZE of a query, which is visited as a member
        }

        // SHOW TABLES FROM has a schema and no table.
        var table = Text(node, "table_name") ?? string.Empty;
        var isOfLake = table.Length == 0 && Text(node, "schema_name") is "main" or "memory" && Text(node, "catalog_name") is null or "memory";
        if (!isOfLake && !AllowedShows.Contains(table))
        {
            var what = table.Length > 0 ? table.Trim('"') : $"TABLES FROM {Text(node, "schema_name")}";
            throw GateErrors.Forbidden(
                $"SHOW {what} is not allowed; SHOW TABLES, SHOW ALL TABLES and DESCRIBE of a dataset are, and lakehouse.datasets and lakehouse.columns have "
                + "more");
        }

        (NamesEveryDataset, IsRepeatable) = (true, false);
    }

    private double VisitTableFunction(JsonElement node)
    {
        var function = node.GetProperty("function"u8);
        var name = Text(function, "function_name") ?? string.Empty;
        if (!AllowedTableFunctions.Contains(name) || CallForm.IsQualified(function, isTable: true))
        {
            throw Refused("table function", name, AllowedTableFunctions);
        }

        if (TablesByName.Contains(name))
        {
            // The macro reads the table twice, for the bins and for the values.
            var table = CallForm.TableOf(name, function, bounds);
            RequireTable(table);
            RequireTable(table);
        }

        IsRepeatable &= RepeatableTableFunctions.Contains(name);
        KeepCall(name, function);

        // As table functions, range and similar functions make rows, which the engine streams and can interrupt; only their arguments are checked.
        VisitMembers(function);
        foreach (var member in node.EnumerateObject())
        {
            if (!member.NameEquals("function"u8))
            {
                Visit(member.Value);
            }
        }

        return 1;
    }

    /// <summary>Remembers where a vector function is called, for its errors.</summary>
    private void KeepCall(string name, JsonElement node)
    {
        var isOurs = Same(name, VectorFunctions.Embed) || Same(name, VectorFunctions.Search);
        if (!isOurs || !node.TryGetProperty("query_location"u8, out var location))
        {
            return;
        }

        var constants = new List<string>();
        if (node.TryGetProperty("children"u8, out var children))
        {
            foreach (var child in children.EnumerateArray())
            {
                if (child.TryGetProperty("value"u8, out var constant) && constant.ValueKind == JsonValueKind.Object && Text(constant, "value") is { } text)
                {
                    constants.Add(text);
                }
            }
        }

        Calls.Add(new FunctionCall(name.ToLowerInvariant(), location.GetInt32(), constants));
    }

    private void RequireFunction(JsonElement node)
    {
        var name = Text(node, "function_name") ?? string.Empty;
        if (!AllowedFunctions.Contains(name))
        {
            throw Refused("function", name, AllowedFunctions.All);
        }

        if (AggregatesByName.Contains(name))
        {
            RequireAggregate(name, node);
        }

        if (CallForm.IsQualified(node))
        {
            throw GateErrors.Forbidden($"the function {name} is named with a schema; write its name without the schema");
        }

        if (node.TryGetProperty("export_state"u8, out var isState) && isState.ValueKind == JsonValueKind.True)
        {
            throw GateErrors.Forbidden("EXPORT_STATE is not allowed: the state of an aggregate holds bytes of the engine's memory");
        }

        KeepCall(name, node);
    }

    /// <summary>Returns the error for a function that is not allowed: a function that the engine does not have is probably misspelled.</summary>
    private LakehouseException Refused(string what, string name, IEnumerable<string> allowed)
    {
        if (!engine.HasFunction(name) && !AllowedFunctions.Contains(name) && !Same(name, VectorFunctions.Hits))
        {
            return GateErrors.Invalid($"there is no {what} {name}{NearestName.Hint(name, allowed)}");
        }

        var hint = name.StartsWith("read_", StringComparison.OrdinalIgnoreCase) ? "; files come in by POST /v1/ingest" : string.Empty;
        return GateErrors.Forbidden($"the {what} {name} is not allowed{hint}");
    }

    /// <summary>list_aggregate and its aliases take the name of a function as a text; that function must be allowed too.</summary>
    private static void RequireAggregate(string name, JsonElement node)
    {
        var arguments = CallForm.Arguments(node);
        var isAllowed = arguments.Count > 1
            && arguments[1].TryGetProperty("value"u8, out var constant) && constant.ValueKind == JsonValueKind.Object
            && Text(constant, "value") is { } aggregate && AllowedFunctions.Contains(aggregate);
        if (!isAllowed)
        {
            throw GateErrors.Forbidden($"the second argument of {name} must be the name of an aggregate function that is allowed, as a constant");
        }
    }

    /// <summary>
    /// Bounds the depth of brackets in a constant text, because the engine's JSON functions recurse. A query can still make deeper JSON while it runs, but
    /// checking the constants costs nothing.
    /// </summary>
    private static void RequireShallow(JsonElement constant)
    {
        const int depthMax = 500;
        var text = constant.TryGetProperty("value"u8, out var value) && value.ValueKind == JsonValueKind.Object ? Text(value, "value") : null;
        var (depth, deepest) = (0, 0);
        foreach (var character in text ?? string.Empty)
        {
            depth += character is '[' or '{' ? 1 : character is ']' or '}' ? -1 : 0;
            deepest = Math.Max(deepest, depth);
        }

        if (deepest > depthMax)
        {
            throw GateErrors.Forbidden($"a text in it has brackets in brackets {deepest} deep, at most {depthMax} are allowed");
        }
    }

    private static bool Same(string? left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string? Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    /// <summary>A common table in scope.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Expanded">How many tables the engine plans at each place that names it.</param>
    /// <param name="IsRecurring">Whether this is the recursive branch, where <c>recurring.NAME</c> is in scope too.</param>
    private readonly record struct CommonTable(string Name, double Expanded, bool IsRecurring);
}
