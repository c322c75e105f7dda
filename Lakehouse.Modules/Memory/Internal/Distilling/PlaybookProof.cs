using System.Globalization;

namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>The query that proves playbooks: it has a row for each thing that does not hold.</summary>
internal static class PlaybookProof
{
    /// <summary>The query.</summary>
    /// <param name="playbooks">The dataset of the playbooks.</param>
    /// <param name="memories">That of the memories.</param>
    /// <param name="version">The version of the memories that the playbooks name.</param>
    public static string SqlOf(string playbooks, string memories, long version) => string.Create(CultureInfo.InvariantCulture, $"""
        WITH m AS (FROM "{memories}@{version}"),
        s AS (SELECT id AS playbook, unnest(sources) AS source FROM "{playbooks}"),
        stood AS (
            SELECT s.playbook, unnest(CASE json_type(m.steps) WHEN 'ARRAY' THEN json_extract(m.steps, '$[*]') ELSE [json(m.steps)] END) AS step
            FROM s JOIN m ON m.id = s.source WHERE m.outcome >= 0.5),
        claimed AS (SELECT id AS playbook, unnest(steps) AS step FROM "{playbooks}")
        SELECT playbook, 'the source ' || source || ' is no memory of version {version}' FROM s WHERE source NOT IN (SELECT id FROM m)
        UNION ALL SELECT min(playbook), 'the memory ' || source || ' is in more than one playbook' FROM s GROUP BY source HAVING count(*) > 1
        UNION ALL SELECT min(id), 'the memory ' || m.id || ' is in no playbook' FROM m WHERE m.id NOT IN (SELECT source FROM s) GROUP BY m.id
        UNION ALL SELECT playbook, 'the step ' || step || ' stands in no source that succeeded' FROM claimed c
            WHERE NOT EXISTS (SELECT 1 FROM stood t WHERE t.playbook = c.playbook AND json(t.step)::VARCHAR = json(c.step)::VARCHAR)
        ORDER BY ALL LIMIT 1000
        """);
}
