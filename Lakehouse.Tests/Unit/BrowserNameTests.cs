using Lakehouse.Host.Server.Edge;
using Microsoft.AspNetCore.Http;

namespace Lakehouse.Tests.Unit;

public sealed class BrowserNameTests
{
    [Theory]
    [InlineData("lake.local", "lake.local:3110", true)]
    [InlineData("lake.local", "LAKE.local", true)]
    [InlineData("Lake.Local", "lake.local", true)]
    [InlineData("lake.local", "x.lake.local", false)]
    [InlineData("lake.local", "lake.local.evil.test", false)]
    [InlineData("lake.local:8080", "lake.local:8080", true)]
    [InlineData("lake.local:8080", "lake.local:8081", false)]
    [InlineData("lake.local:8080", "lake.local", false)]
    [InlineData("lake.local:80", "lake.local", true)]
    [InlineData("*.lan", "a.lan:1", true)]
    [InlineData("*.lan", "a.b.lan", true)]
    [InlineData("*.lan", "lan", false)]
    [InlineData("*.lan", ".lan", false)]
    [InlineData("*.lan", "alan", false)]
    [InlineData("*.lan:80", "a.lan:81", false)]
    [InlineData("192.168.1.7", "192.168.1.7:3110", true)]
    [InlineData("[fd00::1]", "[fd00::1]:3110", true)]
    [InlineData("[fd00::1]:3110", "[fd00::1]", false)]
    public void Host_patterns_match_their_hosts(string pattern, string host, bool matches) =>
        HostPattern.Parse(pattern).Matches(new HostString(host)).Should().Be(matches);

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("*.*.lan")]
    [InlineData("a.*.lan")]
    [InlineData("*lan")]
    [InlineData("*.192.168.1.7")]
    [InlineData("http://lake.local")]
    [InlineData("lake.local/")]
    [InlineData("lake local")]
    [InlineData("lake.local:")]
    [InlineData("lake.local:0")]
    [InlineData("lake.local:65536")]
    [InlineData("lake.local:http")]
    [InlineData("fd00::1")]
    [InlineData("[fd00::1")]
    [InlineData("127.1")]
    public void Other_texts_are_no_host_patterns(string text) => HostPattern.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("http://localhost:3110", "localhost:3110", "http", true)]
    [InlineData("http://localhost:3110", "LOCALHOST:3110", "http", true)]
    [InlineData("http://localhost", "localhost", "http", true)]
    [InlineData("http://localhost", "localhost:80", "http", true)]
    [InlineData("http://[::1]:3110", "[::1]:3110", "http", true)]
    [InlineData("http://localhost:3110", "127.0.0.1:3110", "http", false)]
    [InlineData("http://localhost:3111", "localhost:3110", "http", false)]
    [InlineData("http://localhost", "localhost:3110", "http", false)]
    [InlineData("https://localhost:3110", "localhost:3110", "http", false)]
    [InlineData("https://lake.example.com", "lake.example.com", null, true)]
    [InlineData("https://lake.example.com", "lake.example.com:443", null, true)]
    [InlineData("https://lake.example.com:8443", "lake.example.com:8443", null, true)]
    [InlineData("https://lake.example.com:8443", "lake.example.com", null, false)]
    [InlineData("https://lake.example.com", "lake.example.com:80", null, false)]
    [InlineData("https://evil.test", "lake.example.com", null, false)]
    public void An_origin_is_that_of_its_server(string origin, string host, string? scheme, bool isServer)
    {
        WebOrigin.TryParse(origin, out var page).Should().BeTrue();
        page!.IsServer(new HostString(host), scheme).Should().Be(isServer);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("https://*.example.com")]
    [InlineData("app.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com/path")]
    [InlineData("https://app.example.com?x")]
    [InlineData("https://user@app.example.com")]
    [InlineData("file:///etc")]
    [InlineData("chrome-extension://abc")]
    [InlineData("https://a.example, https://b.example")]
    public void Other_texts_are_no_origins(string text) => WebOrigin.TryParse(text, out _).Should().BeFalse();
}
