namespace Lakehouse.Tests.Fixtures;

/// <summary>Like <see cref="S3FactAttribute"/>, with data.</summary>
public sealed class S3TheoryAttribute : TheoryAttribute
{
    public S3TheoryAttribute() => Skip = S3Server.Missing;
}
