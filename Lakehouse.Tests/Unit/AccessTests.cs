using System.Net;
using Lakehouse.Host.Server;
using Lakehouse.Host.Server.Edge;

namespace Lakehouse.Tests.Unit;

public sealed class AccessTests
{
    [Theory]
    [InlineData("127.0.0.1:3110", true)]
    [InlineData("127.0.0.1:0", true)]
    [InlineData("127.1.2.3:80", true)]
    [InlineData("127.255.255.254:65535", true)]
    [InlineData("[::1]:3110", true)]
    [InlineData("[0:0:0:0:0:0:0:1]:3110", true)]
    [InlineData("localhost:3110", true)]
    [InlineData("LocalHost:3110", true)]
    [InlineData("0.0.0.0:3110", false)]
    [InlineData("[::]:3110", false)]
    [InlineData(":3110", false)]
    [InlineData("10.0.0.1:3110", false)]
    [InlineData("126.0.0.1:3110", false)]
    [InlineData("128.0.0.1:3110", false)]
    [InlineData("[fe80::1]:3110", false)]
    [InlineData("[::2]:3110", false)]
    [InlineData("example.com:3110", false)]
    [InlineData("localhost.example.com:3110", false)]
    [InlineData("ip6-localhost:3110", false)]
    public void Addresses_are_told_apart(string text, bool isLoopback)
    {
        BindAddress.TryParse(text, out var bind).Should().BeTrue();
        bind!.IsLoopback.Should().Be(isLoopback);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3110")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.0.0.1:+80")]
    [InlineData("127.0.0.1: 80")]
    [InlineData(" 127.0.0.1:80")]
    [InlineData("127.1:80")]
    [InlineData("2130706433:80")]
    [InlineData("0x7f000001:80")]
    [InlineData("0177.0.0.1:80")]
    [InlineData("256.0.0.1:80")]
    [InlineData("::1:3110")]
    [InlineData("[::1]")]
    [InlineData("[]:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("http://127.0.0.1:80")]
    [InlineData("local host:80")]
    [InlineData("*:80")]
    public void Garbage_is_no_address(string? text) => BindAddress.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("127.0.0.1:1", null, false, null)]
    [InlineData("127.0.0.1:1", "yes", false, null)]
    [InlineData("0.0.0.0:1", null, true, "LH_GATEWAY_ALLOW_NONLOOPBACK=1")]
    [InlineData("0.0.0.0:1", "", true, "LH_GATEWAY_ALLOW_NONLOOPBACK=1")]
    [InlineData("0.0.0.0:1", "true", true, "LH_GATEWAY_ALLOW_NONLOOPBACK=1")]
    [InlineData("0.0.0.0:1", "yes", true, "LH_GATEWAY_ALLOW_NONLOOPBACK=1")]
    [InlineData("0.0.0.0:1", " 1", true, "LH_GATEWAY_ALLOW_NONLOOPBACK=1")]
    [InlineData("0.0.0.0:1", "1 ", true, "LH_GATEWAY_ALLOW_NONLOOPBACK=1")]
    [InlineData("0.0.0.0:1", "01", true, "LH_GATEWAY_ALLOW_NONLOOPBACK=1")]
    [InlineData("0.0.0.0:1", "1", false, "Set auth.token.")]
    [InlineData("0.0.0.0:1", "1", true, null)]
    [InlineData(":1", "1", false, "other machines could then read")]
    [InlineData("example.com:1", null, true, "LH_GATEWAY_ALLOW_NONLOOPBACK=1")]
    public void Listening_to_other_machines_needs_the_override_and_a_token(string bind, string? overrideValue, bool hasToken, string? fault)
    {
        BindAddress.TryParse(bind, out var address).Should().BeTrue();
        var found = BindGate.FindError(address!, overrideValue, hasToken);
        if (fault is null)
        {
            found.Should().BeNull();
        }
        else
        {
            found.Should().Contain(fault);
        }
    }

    [Theory]
    [InlineData("127.0.0.1:1", null)]
    [InlineData("localhost:1", null)]
    [InlineData("0.0.0.0:1", "[server] bind = \"0.0.0.0:1\" is not a loopback address, and LH_GATEWAY_ALLOW_NONLOOPBACK is 1")]
    [InlineData("lake.example.com:1", "[server] bind = \"lake.example.com:1\" is not a loopback address")]
    public void Listening_to_other_machines_is_warned_of(string bind, string? warning)
    {
        BindAddress.TryParse(bind, out var address).Should().BeTrue();
        (BindGate.FindWarning(address!) ?? "none").Should().StartWith(warning ?? "none");
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.1.2.3/8", "10.200.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("192.168.1.128/25", "192.168.1.129", true)]
    [InlineData("192.168.1.128/25", "192.168.1.127", false)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("0.0.0.0/0", "8.8.8.8", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("fd00::/8", "fd12::1", true)]
    [InlineData("::1", "::1", true)]
    [InlineData("::1", "::2", false)]
    public void Networks_hold_their_addresses(string entry, string address, bool isIn) =>
        new AllowedNetworks([entry]).Contains(IPAddress.Parse(address)).Should().Be(isIn);

    [Fact]
    public void An_entry_that_cannot_be_read_is_left_out_and_a_list_of_such_allows_nobody()
    {
        var some = new AllowedNetworks(["10.0.0.0/33", "127.0.0.1"]);
        some.Rejected.Should().Equal("10.0.0.0/33");
        some.Contains(IPAddress.Loopback).Should().BeTrue();

        var none = new AllowedNetworks(["nonsense", "10.0.0.0/-1", ""]);
        none.Contains(IPAddress.Loopback).Should().BeFalse();
        none.Contains(null).Should().BeFalse();

        new AllowedNetworks([]).Contains(IPAddress.Parse("8.8.8.8")).Should().BeTrue();
    }
}
