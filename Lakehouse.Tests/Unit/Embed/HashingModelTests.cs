using System.Buffers.Binary;
using System.Security.Cryptography;
using Lakehouse.Embed.Internal.Hashing;

namespace Lakehouse.Tests.Unit.Embed;

public sealed class HashingModelTests
{
    [Theory]
    [InlineData("Ava is a forklift operator from Chicago, IL.")]
    [InlineData("x")]
    [InlineData("?!")]
    [InlineData("Größe, naïve, 日本語, 🚜 tractor")]
    [InlineData(" ")]
    public void Vectors_have_length_one(string text)
    {
        var vector = HashingModel.Embed(text, 256);

        vector.Sum(v => (double)v * v).Should().BeApproximately(1, 1e-6);
    }

    /// <summary>
    /// Vectors of the model are stored in indexes, so they must not change unless the model gets a new name. The expected values were computed once.
    /// </summary>
    [Fact]
    public void Vectors_are_the_same_on_every_machine()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (var text in (string[])["Forklift driver in Illinois", "Größe, naïve, 日本語, 🚜 tractor", "?!", "AB-1234 and AB-1234 again"])
        {
            foreach (var value in HashingModel.Embed(text, 1_024))
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
                hash.AppendData(bytes);
            }
        }

        Convert.ToHexStringLower(hash.GetHashAndReset()).Should().Be("02b6896fb1e9155efc67bff77cdfaf8b484ba0eed96ea71c7220c73442198192");
    }

    [Theory]
    [InlineData("forklift driver", "Forklift drivers wanted", "welder with a torch")]
    [InlineData("electrician", "eletrician", "machinist")]
    [InlineData("pallet jack", "works with the pallet jack, and with care", "works with the welding torch, and with care")]
    public void Shared_words_and_spelling_bring_texts_near(string text, string near, string far) =>
        Cosine(text, near).Should().BeGreaterThan(Cosine(text, far) + 0.1);

    [Fact]
    public void Function_words_count_for_little() =>
        Cosine("the driver of the truck", "driver truck").Should().BeGreaterThan(0.9);

    private static double Cosine(string left, string right) =>
        HashingModel.Embed(left, 1_024).Zip(HashingModel.Embed(right, 1_024)).Sum(p => (double)p.First * p.Second);
}
