using System.Text;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Vector.Internal.Metadata;

namespace Lakehouse.Tests.Unit.Vectors;

public sealed unsafe class FilterTests
{
    private const string Person = """{"state":"IL","years":7,"rate":31.5,"role":"Welder","tags":["a","b",3],"open":true,"note":null,"address":{"city":"Peoria","geo":{"lat":40.7}},"big":9007199254740993,"a.b":1,"quote":"say \"hi\"\n"}""";

    [Theory]
    [InlineData("""{}""", true)]
    [InlineData("""{"state":"IL"}""", true)]
    [InlineData("""{"state":"TX"}""", false)]
    [InlineData("""{"state":"IL","years":{"gte":5},"role":{"in":["Welder","Driver"]}}""", true)]
    [InlineData("""{"state":"IL","years":{"gte":8}}""", false)]
    [InlineData("""{"years":{"gt":6,"lt":8}}""", true)]
    [InlineData("""{"years":{"gt":7}}""", false)]
    [InlineData("""{"years":{"lte":7.0}}""", true)]
    [InlineData("""{"years":7.0}""", true)]
    [InlineData("""{"years":"7"}""", false)]
    [InlineData("""{"years":{"ne":7}}""", false)]
    [InlineData("""{"absent":{"ne":7}}""", true)]
    [InlineData("""{"rate":{"gt":31}}""", true)]
    [InlineData("""{"rate":{"lt":31.6,"gte":31.5}}""", true)]
    [InlineData("""{"state":{"gte":"IA","lt":"IM"}}""", true)]
    [InlineData("""{"state":{"gt":5}}""", false)]
    [InlineData("""{"tags":"b"}""", true)]
    [InlineData("""{"tags":3}""", true)]
    [InlineData("""{"tags":"c"}""", false)]
    [InlineData("""{"tags":{"in":["x","a"]}}""", true)]
    [InlineData("""{"open":true}""", true)]
    [InlineData("""{"open":false}""", false)]
    [InlineData("""{"note":null}""", true)]
    [InlineData("""{"note":{"exists":true}}""", true)]
    [InlineData("""{"absent":null}""", false)]
    [InlineData("""{"absent":{"exists":false}}""", true)]
    [InlineData("""{"address.city":"Peoria"}""", true)]
    [InlineData("""{"address.geo.lat":{"gt":40}}""", true)]
    [InlineData("""{"address.geo.lon":{"exists":true}}""", false)]
    [InlineData("""{"address.city.street":"x"}""", false)]
    [InlineData("""{"a.b":1}""", true)]
    [InlineData("""{"big":9007199254740993}""", true)]
    [InlineData("""{"big":9007199254740992}""", false)]
    [InlineData("""{"big":9007199254740992.0}""", false)]
    [InlineData("""{"big":{"gt":9007199254740992.0}}""", true)]
    [InlineData("""{"quote":"say \u0022hi\u0022\n"}""", true)]
    [InlineData("""{"quote":{"gt":"say \"ha"}}""", true)]
    [InlineData("""{"and":[{"state":"IL"},{"years":7}]}""", true)]
    [InlineData("""{"and":[]}""", true)]
    [InlineData("""{"or":[]}""", false)]
    [InlineData("""{"or":[{"state":"TX"},{"years":7}]}""", true)]
    [InlineData("""{"or":[{"state":"TX"},{"years":8}]}""", false)]
    [InlineData("""{"not":{"state":"TX"}}""", true)]
    [InlineData("""{"not":{"or":[{"state":"IL"},{"state":"TX"}]}}""", false)]
    [InlineData("""{"role":{"in":[]}}""", false)]
    public void A_filter_passes_what_it_says(string filter, bool passes) => Matches(Person, filter).Should().Be(passes);

    [Theory]
    [InlineData("""[]""", "filter: it must be an object")]
    [InlineData("""{"state":{"like":"I%"}}""", "filter.state.like: there is no such operator; there are eq, ne, gt")]
    [InlineData("""{"state":{}}""", "filter.state: it holds no operator")]
    [InlineData("""{"state":["IL"]}""", "filter.state: it must be a text, a number, true, false or null")]
    [InlineData("""{"state":{"in":"IL"}}""", "filter.state.in: it must be a list of values")]
    [InlineData("""{"and":{"state":"IL"}}""", "filter.and: it must be a list of filters")]
    [InlineData("""{"or":[{"a":1},5]}""", "filter.or[1]: it must be an object")]
    [InlineData("""{"not":[{"a":1}]}""", "filter.not: it must be an object")]
    [InlineData("""{"a":{"exists":1}}""", "filter.a.exists: it must be true or false")]
    [InlineData("""{"a":{"gt":true}}""", "filter.a.gt: only numbers and texts have an order")]
    [InlineData("""{"a":1e999}""", "filter.a: the number is beyond")]
    [InlineData("""{"not":{"not":{"not":{"not":{"a":1}}}}}""", "filter.not.not.not.not: it is nested more than 4 deep (vector.max_filter_depth)")]
    [InlineData("""{"a":{"in":[1,2,3,4,5,6,7,8,9]}}""", "filter.a.in[8]: the filter has more than 8 conditions and values (vector.max_filter_terms)")]
    public void A_wrong_filter_is_refused_with_its_place(string filter, string message) =>
        FluentActions.Invoking(() => Matches(Person, filter))
            .Should()
            .Throw<LakehouseException>()
            .Where(e => e.Code == "invalid_filter")
            .WithMessage($"{message}*");

    [Fact]
    public void Filters_at_their_bounds_pass()
    {
        Matches(Person, """{"not":{"not":{"not":{"a":1}}}}""").Should().BeTrue();
        Matches(Person, """{"years":{"in":[1,2,3,4,5,6,8,7]}}""").Should().BeTrue();
    }

    [Theory]
    [InlineData("""{ "a" : 1.50 , "b" : [ 1e3 , "x" ] }""", """{"a":1.50,"b":[1e3,"x"]}""")]
    [InlineData("""{"\u0061":"\u00e9\u2028<"}""", "{\"a\":\"é\\u2028<\"}")]
    [InlineData("""{"n":12345678901234567890123}""", """{"n":12345678901234567890123}""")]
    [InlineData("{}", "{}")]
    public void Metadata_is_kept_in_one_spelling_and_no_digit_is_lost(string json, string kept) =>
        Encoding.UTF8.GetString(MetadataDocument.JsonOf(MetadataDocument.Encode(Encoding.UTF8.GetBytes(json)))).Should().Be(kept);

    [Theory]
    [InlineData("""[1]""", "it is not a JSON object")]
    [InlineData("""{"a":1,"a":2}""", "it has the key \"a\" twice")]
    [InlineData("""{"a":1,"\u0061":2}""", "it has the key \"a\" twice")]
    [InlineData("""{"a":1e999}""", "the number 1e999 is beyond what a double can hold")]
    [InlineData("""{"a":"\ud800"}""", "a text in it is not valid Unicode")]
    public void Metadata_that_cannot_be_kept_is_refused(string json, string message) =>
        FluentActions.Invoking(() => MetadataDocument.Encode(Encoding.UTF8.GetBytes(json))).Should().Throw<JsonException>().WithMessage(message);

    private static bool Matches(string metadata, string filter)
    {
        var node = new FilterParser(depthMax: 4, termsMax: 8).Parse(JsonDocument.Parse(filter).RootElement);
        fixed (byte* record = MetadataDocument.Encode(Encoding.UTF8.GetBytes(metadata)))
        {
            return node.Matches(new MetadataDocument(record));
        }
    }
}
