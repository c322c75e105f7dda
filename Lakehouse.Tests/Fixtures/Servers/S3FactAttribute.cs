namespace Lakehouse.Tests.Fixtures;

/// <summary>A test that needs the S3 server.</summary>
public sealed class S3FactAttribute : FactAttribute
{
    public S3FactAttribute() => Skip = S3Server.Missing;
}
