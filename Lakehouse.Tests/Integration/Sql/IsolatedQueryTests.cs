using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Sql;

/// <summary>With the engine in a process of its own.</summary>
public sealed class IsolatedQueryTests(IsolatedQueryTests.SharedHost shared) : QueryTests(shared.Host, "process"), IClassFixture<IsolatedQueryTests.SharedHost>
{
    public sealed class SharedHost() : QueryHost("process");
}
