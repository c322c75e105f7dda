namespace Lakehouse.Query.Internal.Gate.Tokens;

/// <summary>Bounds the constructs that the parser itself expands or recurses on, by the tokens of a text, before it is parsed.</summary>
internal static class TokenBounds
{
    private const int NotMaterializedMax = 64;

    /// <summary>Throws <c>sql_forbidden</c> or <c>sql_error</c> for a text that is beyond a bound.</summary>
    /// <returns>Whether it has common tables that are NOT MATERIALIZED.</returns>
    public static bool Require(string sql, List<SqlToken> tokens, GateBounds bounds)
    {
        var (sets, notMaterialized) = (1.0, 0);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Depth > bounds.MaxDepth)
            {
                throw GateErrors.Invalid($"it has brackets in brackets more than {bounds.MaxDepth} deep (query.max_depth)");
            }

            if (!tokens[i].IsWord)
            {
                continue;
            }

            notMaterialized += tokens[i].Is(sql, "MATERIALIZED") && i > 0 && tokens[i - 1].Is(sql, "NOT") ? 1 : 0;
            sets *= GroupingSets(sql, tokens, i);
        }

        if (sets > bounds.MaxGroupingSets)
        {
            throw GateErrors.Forbidden(
                $"its CUBE, ROLLUP and GROUPING SETS make {sets:0} sets, at most {bounds.MaxGroupingSets} are allowed (query.max_grouping_sets)");
        }

        if (notMaterialized > NotMaterializedMax)
        {
            throw GateErrors.Forbidden($"it has more than {NotMaterializedMax} common tables that are NOT MATERIALIZED");
        }

        return notMaterialized > 0;
    }

    /// <summary>
    /// Returns how many grouping sets the parser makes of the construct that begins at a token; CUBE of n expressions makes 2^n. The numbers of all constructs
    /// of a text are multiplied, as they are within one GROUP BY.
    /// </summary>
    private static double GroupingSets(string sql, List<SqlToken> tokens, int word)
    {
        var isSets = tokens[word].Is(sql, "SETS") && word > 0 && tokens[word - 1].Is(sql, "GROUPING");
        var isCube = tokens[word].Is(sql, "CUBE");
        var isRollup = tokens[word].Is(sql, "ROLLUP");
        if ((!isSets && !isCube && !isRollup) || word + 1 >= tokens.Count || !tokens[word + 1].Is(sql, "("))
        {
            return 1;
        }

        var (open, count) = (tokens[word + 1], 1);
        for (var i = word + 2; i < tokens.Count && tokens[i].Depth > open.Depth; i++)
        {
            count += tokens[i].Depth == open.Depth + 1 && tokens[i].Is(sql, ",") ? 1 : 0;
        }

        return isCube ? Math.Pow(2, Math.Min(count, 1_000)) : isRollup ? count + 1 : count;
    }
}
