using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Sql;

/// <summary>Queries with the engine in an engine process.</summary>
public sealed class IsolatedQueryTests(IsolatedQueryTests.SharedHost shared) : QueryTests(shared.Host, "process"), IClassFixture<IsolatedQueryTests.SharedHost>
{
    public sealed class SharedHost() : QueryHost("process");
}
