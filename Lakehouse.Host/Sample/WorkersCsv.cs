using System.Globalization;
using System.Text;

namespace Lakehouse.Host.Sample;

/// <summary>
/// A CSV of made-up workers to try the program with. 18 columns and about 600 bytes a row, with the difficult cases of CSV: zip codes with leading zeros,
/// quoted commas, quotes in quotes, NULLs, and texts of several lines. Row n is the same in every file and on every machine.
/// </summary>
public static class WorkersCsv
{
    /// <summary>The first line.</summary>
    public const string Header =
        "worker_id,first_name,last_name,email,phone,address,city,state,zip,role,"
        + "skills,certifications,years_experience,hourly_rate,score,available,hired_on,resume_text";

    private static readonly string[] FirstNames =
        [
            "Ava", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hana", "Ivan", "José", "Kofi", "Lena", "Marco", "Nadia", "Omar", "Priya", "Quinn",
            "Rosa", "Sven", "Tara", "Uma", "Victor", "Wanda", "Zoë"
        ];

    private static readonly string[] LastNames =
        [
            "Adams", "Brown", "Castillo", "Dubois", "Eriksen", "Fischer", "García", "Huang", "Ivanov", "Jones", "Kowalski", "Lopez", "Müller", "Nguyen",
            "O'Brien", "Patel", "Quispe", "Rossi", "Smith", "Tanaka", "Usman", "Vega", "Weber", "Young"
        ];

    private static readonly (string City, string State, string Zip)[] Places =
    [
        ("Boston", "MA", "021"), ("Newark", "NJ", "071"), ("Hartford", "CT", "061"), ("Chicago", "IL", "606"), ("Peoria", "IL", "616"), ("Gary", "IN", "464"),
        ("Columbus", "OH", "432"), ("Dallas", "TX", "752"), ("Houston", "TX", "770"), ("Fresno", "CA", "937"), ("Oakland", "CA", "946"),
        ("Seattle", "WA", "981"),
    ];

    private static readonly (string Role, string[] Skills)[] Roles =
    [
        ("Forklift Operator", ["forklift", "pallet jack", "inventory", "loading", "RF scanner"]),
        ("Welder", ["MIG welding", "TIG welding", "blueprint reading", "grinding", "fabrication"]),
        ("Electrician", ["wiring", "conduit bending", "PLC", "troubleshooting", "panel upgrades"]),
        ("Machinist", ["CNC", "lathe", "G-code", "micrometer", "GD&T"]),
        ("Picker Packer", ["order picking", "packing", "labeling", "cycle counts", "shipping"]),
        ("Truck Driver", ["CDL", "route planning", "pre-trip inspection", "ELD logs", "hazmat"]),
        ("Plumber", ["pipe fitting", "soldering", "drainage", "code compliance", "water heaters"]),
        ("Assembler", ["hand tools", "soldering", "quality checks", "kanban", "torque wrenches"]),
    ];

    private static readonly string[] Certifications = ["OSHA-10", "OSHA-30", "CDL-A", "AWS D1.1", "EPA 608", "NCCER", "First Aid"];

    private static readonly string[] Sentences =
    [
        "Keeps a clean and safe work area, and reports hazards before they hurt anyone.",
        "Trained new hires on \"right first time\" habits, which cut rework by a third.",
        "Worked nights, weekends and holidays without a missed shift.",
        "Reads drawings, asks early, and writes things down.",
        "Led a crew of six; delivered ahead of schedule.",
        "Comfortable with tablets, scanners and the paperwork, too.",
        "Known for calm under pressure, and for good coffee.",
    ];

    /// <summary>Writes the header and <paramref name="rows"/> rows in UTF-8 with LF.</summary>
    public static void Write(Stream output, long rows)
    {
        const int flushAt = 64 * 1024;
        var text = new StringBuilder(flushAt + 4_096);
        text.Append(Header).Append('\n');
        for (long row = 0; row < rows; row++)
        {
            AppendRow(text, row);
            if (text.Length >= flushAt)
            {
                Flush(text, output);
            }
        }

        Flush(text, output);
    }

    private static void Flush(StringBuilder text, Stream output)
    {
        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
        text.Clear();
    }

    private static void AppendRow(StringBuilder text, long row)
    {
        var dice = new Dice((ulong)row);
        var first = dice.Pick(FirstNames);
        var last = dice.Pick(LastNames);
        var (city, state, zip) = dice.Pick(Places);
        var (role, skills) = dice.Pick(Roles);
        var years = dice.Next(41);
        var culture = CultureInfo.InvariantCulture;
        text.Append(
            culture,
            $"W{row + 1:D7},{first},{last},"
            + $"{first.ToLowerInvariant()}.{last.ToLowerInvariant().Replace("'", "", StringComparison.Ordinal)}{row + 1}@example.com,");
        text.Append(
            culture,
            $"({dice.Next(800) + 200}) 555-{dice.Next(10_000):D4},\"{dice.Next(9_900) + 100} {dice.Pick(LastNames)} Street, Unit "
            + $"{dice.Next(40) + 1}\",{city},{state},{zip}{dice.Next(100):D2},{role},");
        text.Append(culture, $"\"{skills[dice.Next(2)]}, {skills[2 + dice.Next(2)]}, {skills[4]}\",");
        AppendCertifications(text, ref dice);
        text.Append(culture, $",{years},{(1_500 + dice.Next(4_500)) / 100m:0.00},0.{dice.Next(1_000_000):D6},{(dice.Next(3) == 0 ? "false" : "true")},");
        text.Append(culture, $"{new DateOnly(2000, 1, 1).AddDays(dice.Next(9_000)):yyyy-MM-dd},");
        AppendResume(text, ref dice, first, role, city, state, years);
    }

    /// <summary>A third of the rows have no certification: an empty field, which is NULL.</summary>
    private static void AppendCertifications(StringBuilder text, ref Dice dice)
    {
        switch (dice.Next(3))
        {
            case 1:
                text.Append(dice.Pick(Certifications));
                break;
            case 2:
                text.Append('"').Append(dice.Pick(Certifications)).Append(", ").Append(dice.Pick(Certifications)).Append('"');
                break;
        }
    }

    private static void AppendResume(StringBuilder text, ref Dice dice, string name, string role, string city, string state, int years)
    {
        text.Append(CultureInfo.InvariantCulture, $"\"{name} is a {role.ToLowerInvariant()} from {city}, {state}, with {years} years in the trade.\n");
        const int sentences = 5;
        for (var i = 0; i < sentences; i++)
        {
            text.Append("- ").Append(dice.Pick(Sentences).Replace("\"", "\"\"", StringComparison.Ordinal)).Append(i < sentences - 1 ? "\n" : "\"\n");
        }
    }

    /// <summary>Random numbers by SplitMix64 (Steele, Lea and Flood 2014), seeded with the row.</summary>
    private struct Dice(ulong seed)
    {
        private ulong _state = (seed + 1) * 0x9E3779B97F4A7C15;

        public int Next(int sides)
        {
            _state += 0x9E3779B97F4A7C15;
            var bits = _state;
            bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            return (int)((bits ^ (bits >> 31)) % (ulong)sides);
        }

        public T Pick<T>(T[] items) => items[Next(items.Length)];
    }
}
