using Lakehouse.Catalog;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Answers;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal.Protocol;

/// <summary>Writes and reads a statement, its datasets and its columns as frames.</summary>
internal static class StatementFrames
{
    /// <summary>Progress is sent as a whole number, this one at the end.</summary>
    public const int ProgressUnits = 1_000_000;

    private const byte Chunks = byte.MaxValue;

    /// <summary>Writes a statement.</summary>
    /// <param name="frame">The output.</param>
    /// <param name="number">Its number.</param>
    /// <param name="request">The statement.</param>
    /// <param name="expected">The datasets that it probably needs, so that the worker need not ask; null where that is not known.</param>
    public static void Write(FrameWriter frame, long number, StatementRequest request, DatasetChanges? expected)
    {
        frame
            .Begin(FrameKind.Start)
            .Long(number)
            .Text(request.Sql)
            .Int(request.MaxSqlBytes)
            .Long(request.Rows.Max)
            .Flag(request.Rows.IsWanted)
            .Byte(request.Format is { } format ? (byte)format : Chunks)
            .Flag(request.NumbersAsText)
            .Byte((byte)request.Purpose)
            .Text(request.Parameters)
            .Text(request.Scope)
            .Int(request.FieldIds?.Count ?? 0);
        foreach (var (key, id) in request.FieldIds ?? new Dictionary<string, int>())
        {
            frame.Text(key).Int(id);
        }

        frame.Flag(expected is not null);
        if (expected is not null)
        {
            WriteChanges(frame, expected);
        }

        frame.End();
    }

    public static StatementRequest ReadRequest(ref FrameReader frame, out long number, out DatasetChanges? expected)
    {
        number = frame.Long();
        var (sql, maxSqlBytes, rows, format) = (frame.Text(), frame.Int(), new RowBound(frame.Long(), frame.Flag()), frame.Byte());
        var request = new StatementRequest(sql, maxSqlBytes, rows, format == Chunks ? null : (AnswerFormat)format, frame.Flag())
        {
            Purpose = (StatementPurpose)frame.Byte(),
            Parameters = frame.TextOrNull(),
            Scope = frame.Text(),
            FieldIds = ReadFieldIds(ref frame),
        };
        expected = frame.Flag() ? ReadChanges(ref frame) : null;
        return request;
    }

    private static Dictionary<string, int>? ReadFieldIds(ref FrameReader frame)
    {
        var count = frame.Count();
        var ids = count == 0 ? null : new Dictionary<string, int>(count);
        for (var i = 0; i < count; i++)
        {
            ids!.Add(frame.Text(), frame.Int());
        }

        return ids;
    }

    public static void Write(FrameWriter frame, DatasetNeeds needs)
    {
        frame.Begin(FrameKind.Needs).Int(needs.Named.Count);
        foreach (var (name, isQualified, known) in needs.Named)
        {
            frame.Text(name).Flag(isQualified).Flag(known is not null);
            if (known is not null)
            {
                Write(frame, known);
            }
        }

        frame.End();
    }

    public static DatasetNeeds ReadNeeds(ref FrameReader frame)
    {
        var named = new (string, bool, KnownDataset?)[frame.Count()];
        for (var i = 0; i < named.Length; i++)
        {
            named[i] = (frame.Text(), frame.Flag(), frame.Flag() ? ReadKnown(ref frame) : null);
        }

        return new DatasetNeeds(named);
    }

    public static void Write(FrameWriter frame, DatasetChanges changes)
    {
        frame.Begin(FrameKind.Datasets);
        WriteChanges(frame, changes);
        frame.End();
    }

    private static void WriteChanges(FrameWriter frame, DatasetChanges changes)
    {
        frame.Int(changes.Named.Count);
        foreach (var dataset in changes.Named)
        {
            frame.Flag(dataset is not null);
            if (dataset is not null)
            {
                Write(frame, dataset);
            }
        }
    }

    public static DatasetChanges ReadChanges(ref FrameReader frame)
    {
        var named = new DatasetFiles?[frame.Count()];
        for (var i = 0; i < named.Length; i++)
        {
            named[i] = frame.Flag() ? ReadDataset(ref frame) : null;
        }

        return new DatasetChanges(named);
    }

    public static void Write(FrameWriter frame, StatementHead head)
    {
        frame.Begin(FrameKind.Head).Int(head.Columns.Count);
        foreach (var column in head.Columns)
        {
            frame.Text(column.Name).Text(column.Type);
        }

        frame.Int(head.Datasets.Count);
        foreach (var dataset in head.Datasets)
        {
            frame.Text(dataset.Name).Long(dataset.Version);
        }

        frame.Flag(head.IsRepeatable).Int(head.Newest.Count);
        foreach (var name in head.Newest)
        {
            frame.Text(name);
        }

        frame.End();
    }

    public static StatementHead ReadHead(ref FrameReader frame)
    {
        var columns = new QueryColumn[frame.Count()];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = new QueryColumn(frame.Text(), frame.Text());
        }

        var datasets = new DatasetRead[frame.Count()];
        for (var i = 0; i < datasets.Length; i++)
        {
            datasets[i] = new DatasetRead(frame.Text(), frame.Long());
        }

        return new StatementHead(columns, datasets, frame.Flag(), ReadTexts(ref frame));
    }

    private static void Write(FrameWriter frame, KnownDataset known) => frame.Text(known.Name).Long(known.Version);

    private static KnownDataset ReadKnown(ref FrameReader frame) => new(frame.Text(), frame.Long());

    private static void Write(FrameWriter frame, DatasetFiles dataset)
    {
        frame.Text(dataset.Name).Long(dataset.Version);
        Write(frame, dataset.Columns);
        frame.Flag(dataset.Files is not null);
        if (dataset.Files is not null)
        {
            frame.Int(dataset.Files.Count);
            foreach (var group in dataset.Files)
            {
                Write(frame, group);
            }
        }

        frame.Text(dataset.Table).Long(dataset.ResidentBytes).Text(dataset.View).Text(dataset.FileColumn);
        frame.Text(dataset.Guard?.Columns).Text(dataset.Guard?.Filter);
    }

    private static DatasetFiles ReadDataset(ref FrameReader frame)
    {
        var (name, version) = (frame.Text(), frame.Long());
        var columns = ReadColumns(ref frame);
        FileGroup[]? files = null;
        if (frame.Flag())
        {
            files = new FileGroup[frame.Count()];
            for (var i = 0; i < files.Length; i++)
            {
                files[i] = new FileGroup(ReadTexts(ref frame), frame.Flag() ? ReadColumns(ref frame) : null);
            }
        }

        return new DatasetFiles(
            name, version, columns, files, frame.TextOrNull(), frame.Long(), frame.TextOrNull(), frame.TextOrNull(), ReadGuard(ref frame));
    }

    private static GuardText? ReadGuard(ref FrameReader frame)
    {
        var (columns, filter) = (frame.TextOrNull(), frame.TextOrNull());
        return columns is null ? null : new GuardText(columns, filter);
    }

    private static void Write(FrameWriter frame, FileGroup group)
    {
        frame.Int(group.Paths.Count);
        foreach (var path in group.Paths)
        {
            frame.Text(path);
        }

        frame.Flag(group.Columns is not null);
        if (group.Columns is not null)
        {
            Write(frame, group.Columns);
        }
    }

    private static void Write(FrameWriter frame, IReadOnlyList<DatasetColumn> columns)
    {
        frame.Int(columns.Count);
        foreach (var column in columns)
        {
            frame.Text(column.Name).Text(column.Type);
        }
    }

    private static DatasetColumn[] ReadColumns(ref FrameReader frame)
    {
        var columns = new DatasetColumn[frame.Count()];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = new DatasetColumn(frame.Text(), frame.Text());
        }

        return columns;
    }

    private static string[] ReadTexts(ref FrameReader frame)
    {
        var texts = new string[frame.Count()];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = frame.Text();
        }

        return texts;
    }
}
