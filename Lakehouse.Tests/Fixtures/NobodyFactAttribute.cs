namespace Lakehouse.Tests.Fixtures;

/// <summary>A test that runs the program as a user without rights; skipped where that is not possible.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NobodyFactAttribute : FactAttribute
{
    public NobodyFactAttribute()
    {
        if (!LakehouseProcess.CanRunAsNobody)
        {
            Skip = "The tests cannot run the program as another user here (that takes root on Linux, setpriv, and folders that others may read).";
        }
    }
}
