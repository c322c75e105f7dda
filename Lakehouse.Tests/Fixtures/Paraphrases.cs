namespace Lakehouse.Tests.Fixtures;

/// <summary>
/// Tasks and paraphrases of them, and an embedder in the shape of a real one: 384 numbers, words of the same meaning are near each other (cosine about 0.8) and
/// not the same, other words are at random, and a text is the mean of its words.
/// </summary>
public static class Paraphrases
{
    private const int Dimension = 384;
    private const int Seed = 31;

    private static readonly string[] Actions =
    [
        "count|tally|number", "average|mean|typical", "list|enumerate|name", "compare|contrast|weigh", "forecast|predict|project", "chart|plot|graph",
        "deduplicate|unify|collapse", "join|combine|merge", "rank|order|sort", "clean|scrub|tidy", "export|dump|extract", "mask|hide|redact",
        "find|locate|spot", "explain|clarify|justify", "sample|pick|draw", "group|bucket|cluster", "validate|verify|check", "summarize|condense|digest",
        "translate|convert|map", "schedule|plan|arrange",
    ];

    private static readonly string[] Things =
    [
        "workers|staff|employees", "invoices|bills|statements", "shipments|deliveries|parcels", "customers|clients|buyers", "machines|equipment|devices",
        "contracts|agreements|deals", "orders|purchases|bookings", "wages|salaries|pay", "accidents|incidents|mishaps", "tickets|issues|complaints",
        "warehouses|depots|stores", "suppliers|vendors|sellers", "products|goods|articles", "visits|sessions|stays", "returns|refunds|chargebacks",
        "trucks|lorries|vehicles", "courses|trainings|lessons", "certificates|licences|permits", "sensors|probes|meters", "teams|crews|squads",
        "taxes|duties|levies", "meetings|appointments|calls", "emails|messages|letters", "contacts|leads|prospects", "budgets|funds|allowances",
    ];

    private static readonly string[] Scopes =
    [
        "state|province|region", "month|period|cycle", "city|town|municipality", "night|evening|dusk", "branch|office|site", "language|tongue|idiom",
        "age|seniority|tenure", "season|winter|summer", "currency|money|cash", "weekday|workday|day", "road|route|path", "grade|level|tier",
        "colour|shade|hue", "weight|mass|load", "distance|length|reach", "gender|sex|identity", "department|unit|division", "risk|danger|hazard",
        "price|cost|fee", "origin|source|provenance",
    ];

    private static readonly Dictionary<string, float[]> Words = MakeWords();

    /// <summary>Ten thousand tasks, no two of the same meaning.</summary>
    public static IReadOnlyList<string> Tasks { get; } =
        [.. Actions.SelectMany(a => Things.SelectMany(t => Scopes.Select(s => $"{Word(a, 0)} the {Word(t, 0)} by {Word(s, 0)}")))];

    /// <summary>The same in other words and another order.</summary>
    /// <param name="task">The position in <see cref="Tasks"/>.</param>
    /// <param name="way">Which words: 1 or 2.</param>
    public static string Of(int task, int way)
    {
        var (action, thing, scope) = (task / (Things.Length * Scopes.Length), task / Scopes.Length % Things.Length, task % Scopes.Length);
        return $"for each {Word(Scopes[scope], way)} please {Word(Actions[action], way)} all {Word(Things[thing], 3 - way)}";
    }

    /// <summary>The vector of a text, not normalised.</summary>
    public static float[] Embed(string text)
    {
        var vector = new float[Dimension];
        foreach (var word in text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var values = Words.TryGetValue(word, out var known) ? known : Draw(new Random(Hash(word)), 0.25f);
            for (var i = 0; i < Dimension; i++)
            {
                vector[i] += values[i];
            }
        }

        return vector;
    }

    private static string Word(string synonyms, int way) => synonyms.Split('|')[way];

    private static Dictionary<string, float[]> MakeWords()
    {
        var random = new Random(Seed);
        var words = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var synonyms in Actions.Concat(Things).Concat(Scopes))
        {
            var meaning = Draw(random, 1);
            foreach (var word in synonyms.Split('|'))
            {
                var own = Draw(random, 0.5f); // 1 / (1 + 0.25) is the cosine of two that share the meaning
                words[word] = [.. meaning.Zip(own, (m, o) => m + o)];
            }
        }

        return words;
    }

    private static float[] Draw(Random random, float length)
    {
        var vector = new float[Dimension];
        for (var i = 0; i < Dimension; i++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            vector[i] = (float)(normal / Math.Sqrt(Dimension)) * length;
        }

        return vector;
    }

    private static int Hash(string word) => word.Aggregate(17, (hash, c) => unchecked((hash * 31) + c));
}
