using Lakehouse.Host.Server.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Lakehouse.Tests.Unit;

public sealed class ConnectionTableTests
{
    [Fact]
    public void A_new_connection_takes_the_place_of_the_one_that_is_idle_for_longest()
    {
        var table = new ConnectionTable(2, 1);
        var (first, second) = (Enter(table), Enter(table));
        table.Begin(first.Entry!).Should().BeTrue();
        table.End(first.Entry!); // younger than the second now

        Enter(table).Entry.Should().NotBeNull();
        (first.IsCut, first.IsAsked, second.IsCut, second.IsAsked).Should().Be((false, false, true, false), "what has sent no request is cut at once");
        Enter(table).Entry.Should().NotBeNull();
        (first.IsCut, first.IsAsked).Should().Be((false, true), "what has answered one may still be sending");
    }

    [Fact]
    public void A_busy_connection_keeps_its_place()
    {
        var table = new ConnectionTable(1, 1);
        var busy = Enter(table);
        table.Begin(busy.Entry!).Should().BeTrue();
        var reserve = Enter(table);
        table.Begin(reserve.Entry!).Should().BeFalse("it is for /health alone");
        (busy.IsCut, busy.IsAsked).Should().Be((false, false));
        Enter(table).Entry.Should().BeNull("the reserve is busy, too");

        table.End(reserve.Entry!);
        Enter(table).Entry.Should().NotBeNull();
        reserve.IsAsked.Should().BeTrue("an idle one of the reserve gives way as others do");
    }

    [Fact]
    public void A_connection_of_the_reserve_is_served_when_a_place_is_free_again()
    {
        var table = new ConnectionTable(1, 2);
        var busy = Enter(table);
        table.Begin(busy.Entry!);
        var (one, two) = (Enter(table), Enter(table));
        table.Begin(one.Entry!).Should().BeFalse();
        table.End(one.Entry!);
        table.Leave(busy.Entry!);
        table.Begin(one.Entry!).Should().BeTrue();
        table.Begin(two.Entry!).Should().BeFalse();

        table.End(one.Entry!);
        table.End(two.Entry!);
        table.Begin(two.Entry!).Should().BeTrue("the place of an idle one will do");
        one.IsAsked.Should().BeTrue();
    }

    [Fact]
    public void A_request_that_was_on_its_way_to_a_leaving_connection_is_served_where_there_is_a_place()
    {
        var table = new ConnectionTable(1, 1);
        var old = Enter(table);
        table.Begin(old.Entry!);
        table.End(old.Entry!);
        var next = Enter(table);
        old.IsAsked.Should().BeTrue();
        table.Begin(old.Entry!).Should().BeTrue();
        next.IsCut.Should().BeTrue("it was idle");
    }

    [Fact]
    public void No_more_than_the_reserve_linger_after_they_were_asked_to_close()
    {
        var table = new ConnectionTable(1, 2);
        var all = Enumerable.Range(0, 10).Select(_ =>
        {
            var connection = Enter(table);
            table.Begin(connection.Entry!).Should().BeTrue();
            table.End(connection.Entry!);
            return connection;
        }).ToList();
        all.Select(c => c.IsAsked).Should().Equal(true, true, true, true, true, true, true, true, true, false);
        all.Select(c => c.IsCut).Should().Equal(true, true, true, true, true, true, true, false, false, false);
    }

    [Fact]
    public void Places_are_counted_back_whatever_became_of_their_connections()
    {
        var table = new ConnectionTable(2, 1);
        for (var round = 0; round < 3; round++)
        {
            var (a, b, c) = (Enter(table), Enter(table), Enter(table)); // a is cut for c
            table.Begin(b.Entry!).Should().BeTrue();
            table.Begin(c.Entry!).Should().BeTrue();
            var d = Enter(table);
            table.Begin(d.Entry!).Should().BeFalse();
            table.Begin(a.Entry!).Should().BeFalse("it is closed");
            Enter(table).Entry.Should().BeNull();
            table.End(b.Entry!);
            foreach (var connection in new[] { a, b, c, d })
            {
                table.Leave(connection.Entry!);
            }
        }
    }

    private static Connected Enter(ConnectionTable table)
    {
        var connected = new Connected();
        connected.Transport.Features.Set<IConnectionLifetimeNotificationFeature>(connected);
        connected.Entry = table.Enter(connected.Transport);
        return connected;
    }

    private sealed class Connected : IConnectionLifetimeNotificationFeature
    {
        public FakeTransport Transport { get; } = new();

        public GatedConnection? Entry { get; set; }

        public bool IsCut => Transport.IsAborted;

        public bool IsAsked { get; private set; }

        public CancellationToken ConnectionClosedRequested { get; set; }

        public void RequestClose() => IsAsked = true;
    }

    private sealed class FakeTransport : DefaultConnectionContext
    {
        public bool IsAborted { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => IsAborted = true;
    }
}
