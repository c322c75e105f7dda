using System.Collections.Concurrent;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Stored;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Datasets;

/// <summary>Answers what engines need from the catalog, and fetches the data files that they will read. Thread-safe.</summary>
internal sealed class DatasetResolver(
    ICatalog catalog, IDatasetHistory history, IObjectStore store, IEnumerable<SystemDataset> system, QueryOptions options)
{
    /// <summary>A dataset of more values than this is not kept in memory, however small its files are.</summary>
    private const long ResidentValuesMax = 1_000_000;

    /// <summary>So many changes of columns are read in the order of the rows. Each is a part of the query plan.</summary>
    private const int OrderedGroupsMax = 32;

    /// <summary>The newest version of each dataset that was sent to any engine.</summary>
    private readonly ConcurrentDictionary<string, Manifest> _told = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Answers with the newest versions, or with those that a table's name or a pin names.</summary>
    /// <param name="needs">What the engine needs.</param>
    /// <param name="request">The statement: its caller, the versions that it pins, and the files that it reads as tables.</param>
    /// <param name="held">
    /// Receives the data files, which the caller holds for as long as the statement may read them. The files of a store that is in place need not be held.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<(DatasetChanges Changes, IReadOnlyList<Manifest> Named)> ResolveAsync(
        DatasetNeeds needs, StatementRequest request, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        var (named, manifests) = (new List<DatasetFiles?>(needs.Named.Count), new List<Manifest>(needs.Named.Count));
        foreach (var (table, isQualified, known) in needs.Named)
        {
            if (request.Attached.TryGetValue(table, out var attached))
            {
                var own = await LocalizeAsync(table, attached.Files, held, cancellationToken);
                named.Add(new DatasetFiles(table, 1, attached.Columns, own, table, FileColumn: attached.FileColumn));
                continue;
            }

            if (VersionOf(table, isQualified, request.Pins) is { } version)
            {
                named.Add(await DescribeVersionAsync(request.Caller, table, version, held, cancellationToken));
                continue;
            }

            if (DatasetName.IsOfProgram(table) && !request.Caller.IsAdministrator)
            {
                throw request.Caller.NotSeen(ResourceKind.Dataset, DatasetName.InSql(table));
            }

            if (request.Caller.Sees(ResourceKind.Dataset, table) || request.Caller.Sees(ResourceKind.View, table))
            {
                await catalog.SeekAsync(table, cancellationToken);
            }

            var dataset = request.Caller.Sees(ResourceKind.Dataset, table) ? catalog.FindIgnoringCase(table) : null;
            if (dataset is null or { Objects.Count: 0 } && system.FirstOrDefault(s => s.Name.Value == table) is { } empty)
            {
                named.Add(new DatasetFiles(table, dataset?.Version ?? 0, empty.Columns, []));
                continue;
            }

            if (dataset is null)
            {
                var view = catalog.FindView(table);
                named.Add(view is null || !request.Caller.Exists(view) ? null : DescribeView(view, isQualified));
                continue;
            }

            if (dataset.Objects.Count == 0)
            {
                throw EngineErrors.NoDataFiles(dataset.Name.Value);
            }

            var isDefined = known is not null && known.Name == dataset.Name.Value && known.Version >= dataset.Version;
            var files = isDefined && store.IsInPlace ? null : await LocalizeAsync(dataset, held, cancellationToken);
            named.Add(Describe(dataset, files) with { Guard = GuardOf(request.Caller, dataset, isQualified) });
            manifests.Add(dataset);
        }

        return (new DatasetChanges(named), manifests);
    }

    /// <summary>
    /// Answers before it is asked, for a text that has run before. The paths are left out where the store is in place: an engine that does not have the views
    /// asks for them.
    /// </summary>
    /// <returns>Null where one of the datasets cannot be read now, which the answer to the question will say.</returns>
    public async Task<(DatasetChanges Changes, IReadOnlyList<Manifest> Named)?> ExpectAsync(
        IReadOnlyList<DatasetRead> expected, Caller caller, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        var (named, manifests) = (new List<DatasetFiles?>(expected.Count), new List<Manifest>(expected.Count));
        foreach (var (name, _) in expected)
        {
            if (catalog.FindView(name) is { } view && caller.Exists(view))
            {
                named.Add(DescribeView(view, isQualified: false));
                continue;
            }

            if (!caller.Sees(ResourceKind.Dataset, name) || catalog.FindIgnoringCase(name) is not { Objects.Count: > 0 } dataset)
            {
                return null;
            }

            var files = store.IsInPlace ? null : await LocalizeAsync(dataset, held, cancellationToken);
            named.Add(Describe(dataset, files) with { Guard = GuardOf(caller, dataset, isQualified: false) });
            manifests.Add(dataset);
        }

        return (new DatasetChanges(named), manifests);
    }

    /// <summary>
    /// Called after a statement has bound its views. Another statement may have replaced a view by one of a newer version just before, and this one may have
    /// bound that. So the files of the newer version are held too. Not needed for a store that is in place.
    /// </summary>
    public async Task HoldNewerAsync(IReadOnlyList<Manifest> named, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        foreach (var dataset in store.IsInPlace ? [] : named)
        {
            if (_told.TryGetValue(dataset.Name.Value, out var newest) && newest.Version > dataset.Version)
            {
                await LocalizeAsync(newest, held, cancellationToken);
            }
        }
    }

    /// <summary>Refuses a pin of a dataset that a statement does not read, which probably is misspelt.</summary>
    /// <param name="pins">The pins.</param>
    /// <param name="read">What the statement reads, its views' datasets too.</param>
    /// <exception cref="LakehouseException"><c>invalid_request</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static void RequireKnown(IReadOnlyDictionary<string, DatasetVersion> pins, IReadOnlyList<DatasetRead> read)
    {
        var names = read.Select(r => r.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (pins.Keys.FirstOrDefault(p => !names.Contains(p)) is { } unknown)
        {
            throw EngineErrors.UnknownPin(unknown, names);
        }
    }

    private static DatasetVersion? VersionOf(string table, bool isQualified, IReadOnlyDictionary<string, DatasetVersion> pins)
    {
        if (!pins.TryGetValue(table, out var pin))
        {
            return DatasetVersion.In(table);
        }

        // The statement would read the newest version: the view of the pinned one belongs to its connection, and not to the schema that it names.
        return isQualified ? throw GateErrors.Invalid($"the dataset '{table}' is pinned and named with a schema; write its name without the schema") : pin;
    }

    private static GuardText? GuardOf(Caller caller, Manifest dataset, bool isQualified) =>
        DatasetName.IsOfProgram(dataset.Name.Value) || caller.GuardOf(dataset.Name.Value) is not { } guard ? null
        : isQualified ? throw GateErrors.Invalid($"the dataset '{dataset.Name}' is named with a schema; write its name without the schema")
        : GuardWriter.Write(caller, dataset, guard);

    private async Task<DatasetFiles?> DescribeVersionAsync(
        Caller caller, string table, DatasetVersion version, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        // The name as it was registered, where the dataset still is there; a dropped one is found by its exact name.
        var name = DatasetVersion.NameIn(table);
        var exact = catalog.FindAny(name)?.Name ?? DatasetName.Parse(name);
        if (!caller.Sees(ResourceKind.Dataset, name) && !caller.Sees(ResourceKind.View, name))
        {
            return null;
        }

        var dataset = version.Number is { } number
            ? await history.FindAsync(exact, number, cancellationToken)
            : await history.FindAsync(exact, version.Time, cancellationToken);
        if (!caller.Exists(dataset))
        {
            return null; // it was of the other kind then
        }

        if (dataset.IsView)
        {
            return DescribeView(dataset, isQualified: false) with { Table = table };
        }

        var guard = GuardOf(caller, dataset, isQualified: false);
        return dataset.Objects.Count == 0
            ? throw EngineErrors.NoDataFiles(name)
            : Describe(dataset, await LocalizeAsync(dataset, held, cancellationToken)) with { Table = table, Guard = guard };
    }

    private DatasetFiles DescribeView(Manifest view, bool isQualified) => isQualified
        ? throw GateErrors.Invalid($"the view '{view.Name}' is named with a schema; write its name without the schema")
        : Describe(view, null) with { View = view.Definition!.Sql };

    private DatasetFiles Describe(Manifest dataset, IReadOnlyList<FileGroup>? files) => new(
        dataset.Name.Value, dataset.Version, dataset.Columns, files, ResidentBytes: ResidentBytesOf(dataset));

    /// <summary>The size of a dataset that the engine should keep in memory; 0 for others, and for files that a client has made.</summary>
    private long ResidentBytesOf(Manifest dataset)
    {
        var size = dataset.Objects.Sum(o => o.SizeBytes);
        var isSmall = size <= options.MaxResidentDatasetBytes && dataset.RowCount * dataset.Columns.Count <= ResidentValuesMax;
        return isSmall && options.ResidentBytes > 0 && dataset.Columns.Count > 0 && dataset.Objects.All(o => o.IsOwn) ? size : 0;
    }

    private async Task<IReadOnlyList<FileGroup>> LocalizeAsync(Manifest dataset, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        var files = await LocalizeAsync(dataset.Name.Value, dataset.Objects, held, cancellationToken);

        // An older version is told too, and never replaces a newer one.
        _told.AddOrUpdate(dataset.Name.Value, dataset, (_, before) => before.Version > dataset.Version ? before : dataset);
        return files;
    }

    private async Task<IReadOnlyList<FileGroup>> LocalizeAsync(
        string dataset, IReadOnlyList<DataFile> objects, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        var groups = new List<(IReadOnlyList<DatasetColumn>? Columns, List<string> Paths)>();
        foreach (var data in objects)
        {
            var expected = new ContentHash(data.SizeBytes, data.Sha256);
            var file = await store.LocalizeAsync(data.Key, expected, cancellationToken)
                ?? throw EngineErrors.MissingDataFile(dataset, data.Key.Value);
            held.Add(file);
            if (groups.Count == 0 || !IsSame(groups[^1].Columns, data.Columns))
            {
                // The files of many small changes of the columns are read by columns, rather than in the order of their rows.
                var known = groups.Count < OrderedGroupsMax ? -1 : groups.FindIndex(g => IsSame(g.Columns, data.Columns));
                if (known >= 0)
                {
                    groups[known].Paths.Add(file.Path);
                    continue;
                }

                groups.Add((data.Columns, []));
            }

            groups[^1].Paths.Add(file.Path);
        }

        return [.. groups.Select(g => new FileGroup(g.Paths, g.Columns))];
    }

    private static bool IsSame(IReadOnlyList<DatasetColumn>? left, IReadOnlyList<DatasetColumn>? right) =>
        ReferenceEquals(left, right) || (left is not null && right is not null && left.SequenceEqual(right));
}
