namespace Lakehouse.Tests.Fixtures;

/// <summary>A test that needs nginx and an S3 server.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NginxAndS3FactAttribute : FactAttribute
{
    public NginxAndS3FactAttribute() => Skip = Nginx.Missing ?? S3Server.Missing;
}
