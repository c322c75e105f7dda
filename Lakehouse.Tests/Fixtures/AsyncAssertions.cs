using FluentAssertions.Specialized;

namespace Lakehouse.Tests.Fixtures;

public static class AsyncAssertions
{
    /// <summary>True when the call succeeded, false when it failed with <typeparamref name="TException"/>; other exceptions fail the test.</summary>
    public static async Task<bool> NotThrowAsyncOr<TException>(this NonGenericAsyncFunctionAssertions assertions)
        where TException : Exception
    {
        try
        {
            await assertions.Subject();
            return true;
        }
        catch (TException)
        {
            return false;
        }
    }
}
