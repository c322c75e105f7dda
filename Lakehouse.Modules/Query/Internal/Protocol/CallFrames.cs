using System.Runtime.InteropServices;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal.SystemTables;

namespace Lakehouse.Query.Internal.Protocol;

/// <summary>Writes and reads calls of the functions that the server answers, and their answers, as frames.</summary>
internal static class CallFrames
{
    private const byte Embed = 0;
    private const byte Search = 1;
    private const byte Rows = 2;
    private const byte Files = 3;

    /// <summary>Writes a call of <see cref="ISqlVectors.EmbedAsync"/>.</summary>
    public static void WriteEmbed(FrameWriter frame, int number, IReadOnlyList<string> texts, string? model)
    {
        frame.Begin(FrameKind.Call).Int(number).Byte(Embed).Text(model);
        WriteTexts(frame, texts);
        frame.End();
    }

    /// <summary>Writes a call of <see cref="ISqlVectors.SearchAsync"/>.</summary>
    public static void WriteSearch(FrameWriter frame, int number, string index, IReadOnlyList<SqlVectorQuery> queries)
    {
        frame.Begin(FrameKind.Call).Int(number).Byte(Search).Text(index).Int(queries.Count);
        foreach (var query in queries)
        {
            frame.Text(query.Text).Flag(query.Vector is not null);
            if (query.Vector is { } vector)
            {
                frame.Bytes(MemoryMarshal.AsBytes(vector.Span));
            }

            frame.Long(query.K).Text(query.Filter).Flag(query.Ef is not null).Long(query.Ef ?? 0);
        }

        frame.End();
    }

    /// <summary>Writes a call of <see cref="ISystemRows.ReadAsync"/>.</summary>
    public static void WriteRows(FrameWriter frame, int number, string statement, string table) =>
        frame.Begin(FrameKind.Call).Int(number).Byte(Rows).Text(statement).Text(table).End();

    /// <summary>Writes a call of <see cref="ISystemRows.FindFilesAsync"/>.</summary>
    public static void WriteFiles(FrameWriter frame, int number, string statement, string dataset) =>
        frame.Begin(FrameKind.Call).Int(number).Byte(Files).Text(statement).Text(dataset).End();

    /// <summary>Reads the texts of a call or of an answer.</summary>
    public static IReadOnlyList<string> ReadTexts(ref FrameReader frame)
    {
        var paths = new string[frame.Count()];
        for (var i = 0; i < paths.Length; i++)
        {
            paths[i] = frame.Text();
        }

        return paths;
    }

    /// <summary>Reads a call, after its number was read. The returned function makes the call, and its result writes the answer.</summary>
    public static Func<CallTargets, CancellationToken, Task<Action<FrameWriter>>> ReadCall(ref FrameReader frame)
    {
        var kind = frame.Byte();
        if (kind is Rows or Files)
        {
            var (statement, name) = (frame.Text(), frame.Text());
            return kind == Rows
                ? async (targets, stop) =>
                {
                    var rows = await targets.System.ReadAsync(statement, name, stop);
                    return output => output.Bytes(rows.Span);
                }
            : async (targets, stop) =>
            {
                var paths = await targets.System.FindFilesAsync(statement, name, stop);
                return output => WriteTexts(output, paths);
            };
        }

        if (kind == Embed)
        {
            var model = frame.TextOrNull();
            var texts = ReadTexts(ref frame);
            return async (targets, stop) =>
            {
                var answer = await targets.Vectors.EmbedAsync(texts, model, stop);
                return output => WriteVectors(output, answer);
            };
        }

        var index = frame.Text();
        var queries = new SqlVectorQuery[frame.Count()];
        for (var i = 0; i < queries.Length; i++)
        {
            queries[i] = ReadQuery(ref frame);
        }

        return async (targets, stop) =>
        {
            var answer = await targets.Vectors.SearchAsync(index, queries, stop);
            return output => WriteHits(output, answer);
        };
    }

    /// <summary>Reads the vectors of an answer.</summary>
    public static ReadOnlyMemory<float>[] ReadVectors(ref FrameReader frame)
    {
        var vectors = new ReadOnlyMemory<float>[frame.Count()];
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = ReadFloats(ref frame);
        }

        return vectors;
    }

    /// <summary>Reads the hits of an answer.</summary>
    public static IReadOnlyList<SqlVectorHit>[] ReadHits(ref FrameReader frame)
    {
        var answers = new IReadOnlyList<SqlVectorHit>[frame.Count()];
        for (var i = 0; i < answers.Length; i++)
        {
            var hits = new SqlVectorHit[frame.Count()];
            for (var j = 0; j < hits.Length; j++)
            {
                hits[j] = new SqlVectorHit(frame.Text(), BitConverter.Int32BitsToSingle(frame.Int()), frame.Bytes().ToArray());
            }

            answers[i] = hits;
        }

        return answers;
    }

    private static void WriteTexts(FrameWriter frame, IReadOnlyList<string> texts)
    {
        frame.Int(texts.Count);
        foreach (var text in texts)
        {
            frame.Text(text);
        }
    }

    private static void WriteVectors(FrameWriter frame, IReadOnlyList<ReadOnlyMemory<float>> vectors)
    {
        frame.Int(vectors.Count);
        foreach (var vector in vectors)
        {
            frame.Bytes(MemoryMarshal.AsBytes(vector.Span));
        }
    }

    private static void WriteHits(FrameWriter frame, IReadOnlyList<IReadOnlyList<SqlVectorHit>> answers)
    {
        frame.Int(answers.Count);
        foreach (var hits in answers)
        {
            frame.Int(hits.Count);
            foreach (var hit in hits)
            {
                frame.Text(hit.Id).Int(BitConverter.SingleToInt32Bits(hit.Distance)).Bytes(hit.Metadata.Span);
            }
        }
    }

    private static SqlVectorQuery ReadQuery(ref FrameReader frame)
    {
        var text = frame.TextOrNull();
        var vector = frame.Flag() ? ReadFloats(ref frame) : null;
        var (k, filter, hasEf, ef) = (frame.Long(), frame.TextOrNull(), frame.Flag(), frame.Long());
        return new SqlVectorQuery(text, vector is null ? (ReadOnlyMemory<float>?)null : vector, k, filter, hasEf ? ef : null);
    }

    private static float[] ReadFloats(ref FrameReader frame) => MemoryMarshal.Cast<byte, float>(frame.Bytes()).ToArray();
}
