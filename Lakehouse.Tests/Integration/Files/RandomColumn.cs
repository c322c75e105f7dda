namespace Lakehouse.Tests.Integration.Files;

/// <summary>A column of a <see cref="RandomTable"/>.</summary>
/// <param name="Name">Its name, which no other column has.</param>
/// <param name="Type">Its type, as the engine writes it.</param>
/// <param name="Values">A value for each row; null for NULL. Lists and members of objects are lists of such values.</param>
internal sealed record RandomColumn(string Name, string Type, IReadOnlyList<object?> Values)
{
    /// <summary>The type of the objects.</summary>
    public const string Struct = """STRUCT("when" DOUBLE, "b c" VARCHAR, "day" DATE, l BIGINT[])""";
}
