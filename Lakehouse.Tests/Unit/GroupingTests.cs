using Lakehouse.Memory.Internal.Distilling;

namespace Lakehouse.Tests.Unit;

/// <summary>Groups of memories, and the playbooks that are made of them.</summary>
public sealed class GroupingTests
{
    [Fact]
    public void To_add_memories_gives_the_same_groups_as_to_begin_again()
    {
        const int count = 400;
        var random = new Random(23);
        var centres = Enumerable.Range(0, 30).Select(_ => Draw(random, 1)).ToArray();
        var vectors = Enumerable.Range(0, count).Select(_ => Unit(Add(centres[random.Next(centres.Length)], Draw(random, 0.4f)))).ToArray();
        var whole = new Grouping(0.8);
        for (var i = 0; i < count; i++)
        {
            whole.Add(i, vectors[i]);
        }

        whole.Groups.Count.Should().BeInRange(20, 200, "some are together and some are not");
        for (var held = 0; held <= count; held += 57)
        {
            var before = new Grouping(0.8);
            for (var i = 0; i < held; i++)
            {
                before.Add(i, vectors[i]);
            }

            var after = new Grouping(0.8);
            foreach (var group in before.Groups)
            {
                after.Keep([.. group], vectors[group[0]]);
            }

            for (var i = held; i < count; i++)
            {
                after.Add(i, vectors[i]);
            }

            after.Groups.Should().BeEquivalentTo(whole.Groups, options => options.WithStrictOrdering());
        }
    }

    [Fact]
    public void A_playbook_has_the_steps_that_successes_share_and_what_failures_did_alone()
    {
        var playbook = PlaybookMaker.Make(
            [Of("a", 1, "[1,2,3]"), Of("b", 0.9, "[2, 3, 4]"), Of("c", 0.6, "[3,2]"), Of("d", 0.1, "[3,9]"), Of("e", null, "[7]")], 0.6);

        playbook.Id.Should().Be("a");
        playbook.Exemplar.Id.Should().Be("a");
        playbook.Steps.Select(s => s.Step.Text).Should().Equal("2", "3");
        playbook.Steps.Select(s => s.Share).Should().Equal(1, 1);
        playbook.FailedSteps.Select(s => s.Text).Should().Equal("9");
        (playbook.KnownCount, playbook.SuccessCount).Should().Be((4, 3));
        playbook.Contradiction.Should().BeNull();
    }

    [Fact]
    public void The_same_steps_with_both_ends_contradict_and_so_does_half_a_success()
    {
        PlaybookMaker.Make([Of("a", 1, """[{"x": 1, "y": 2}]"""), Of("b", 0, """[{"y":2,"x":1}]""")], 0.5).Contradiction.Should().Contain("a and b");
        PlaybookMaker.Make([Of("a", 1, "[1]"), Of("b", 1, "[2]"), Of("c", 0, "[3]"), Of("d", 0, "[4]")], 0.5).Contradiction.Should().Contain("2 of 4");
        PlaybookMaker.Make([Of("a", 1, "[1]"), Of("b", 1, "[1]"), Of("c", 1, "[1]"), Of("d", 0, "[4]")], 0.5).Contradiction.Should().BeNull();
        PlaybookMaker.Make([Of("a", 1, "[]"), Of("b", 0, "[]")], 0.5).Contradiction.Should().BeNull("nothing is said of what was done");
    }

    [Theory]
    [InlineData("""{"b": [1, {"d": 1, "c": 2}], "a": "x"}""", """{"a":"x","b":[1,{"c":2,"d":1}]}""")]
    [InlineData("\"text\"", "\"text\"")]
    public void Steps_have_a_canonical_form(string steps, string expected) =>
        CanonicalSteps.Read(steps).Should().ContainSingle().Which.Key.Should().Be(expected);

    private static Source Of(string id, double? outcome, string steps) => new(id, "t", CanonicalSteps.Read(steps), outcome, [], [], "2026-01-01");

    private static float[] Draw(Random random, float length) => [.. Enumerable.Range(0, 33).Select(_ => ((float)random.NextDouble() - 0.5f) * length)];

    private static float[] Add(float[] a, float[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static float[] Unit(float[] v)
    {
        var length = MathF.Sqrt(v.Sum(x => x * x));
        return [.. v.Select(x => x / length)];
    }
}
