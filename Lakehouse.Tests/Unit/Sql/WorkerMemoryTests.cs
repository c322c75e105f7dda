using Lakehouse.Query.Internal.Workers;

namespace Lakehouse.Tests.Unit.Sql;

public sealed class WorkerMemoryTests
{
    private const long MiB = 1024 * 1024;
    private const long LimitBytes = 1_000 * MiB;

    private readonly WorkerMemory _memory = new(LimitBytes);
    private readonly object _first = new();
    private readonly object _second = new();

    [Theory]
    [InlineData(1_164, true)]
    [InlineData(1_165, false)]
    public void The_one_at_work_has_a_tenth_more_than_the_limit_and_64_MiB(long mebibytes, bool isAllowed) =>
        Assert.Equal(isAllowed, _memory.Allows(_first, mebibytes * MiB, isAtWork: true));

    [Theory]
    [InlineData(452, true)]
    [InlineData(453, false)]
    public void One_beside_it_has_a_third(long mebibytes, bool isAllowed) =>
        Assert.Equal(isAllowed, _memory.Allows(_first, mebibytes * MiB, isAtWork: false));

    [Fact]
    public void What_others_have_beyond_doing_nothing_is_taken_from_the_one_at_work()
    {
        Assert.True(_memory.Allows(_second, 300 * MiB, isAtWork: false));

        Assert.True(_memory.Allows(_first, 964 * MiB, isAtWork: true));
        Assert.False(_memory.Allows(_first, 965 * MiB, isAtWork: true));
    }

    [Fact]
    public void One_that_does_nothing_takes_nothing()
    {
        Assert.True(_memory.Allows(_second, 100 * MiB, isAtWork: false));

        Assert.True(_memory.Allows(_first, 1_164 * MiB, isAtWork: true));
    }

    [Fact]
    public void One_that_has_ended_counts_no_more()
    {
        Assert.False(_memory.Allows(_second, 1_200 * MiB, isAtWork: true));
        _memory.Forget(_second);

        Assert.True(_memory.Allows(_first, 1_164 * MiB, isAtWork: true));
    }

    [Fact]
    public void The_kernel_comes_second() => Assert.True(_memory.KernelMaxBytes > 1_164 * MiB);
}
