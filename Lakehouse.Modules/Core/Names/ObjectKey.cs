using System.Diagnostics.CodeAnalysis;
using System.Text;
using Lakehouse.Core.Errors;

namespace Lakehouse.Core.Names;

/// <summary>
/// The name of an object: 1 to 1,024 bytes of UTF-8 (S3's bound), segments separated by <c>/</c>. No control character, no leading slash, and no segment that
/// is empty, <c>.</c> or <c>..</c>. Every value of this type except the default satisfies these rules.
/// </summary>
public readonly record struct ObjectKey : IComparable<ObjectKey>
{
    /// <summary>The longest key in bytes of UTF-8.</summary>
    public const int SizeBytesMax = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string? _value;

    private ObjectKey(string value) => _value = value;

    /// <summary>The key as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("default(ObjectKey) names no object");

    /// <summary>Accepts <paramref name="value"/> or throws <c>invalid_key</c> (<see cref="ErrorKind.InvalidInput"/>) with the rule it breaks.</summary>
    public static ObjectKey Parse(string? value) =>
        TryParse(value, out var key, out var reason)
            ? key
            : throw new LakehouseException(ErrorKind.InvalidInput, "invalid_key", $"The object key is refused: {reason}.");

    /// <summary>Accepts <paramref name="value"/>, or tells in <paramref name="reason"/> which rule it breaks.</summary>
    public static bool TryParse(string? value, out ObjectKey key, [NotNullWhen(false)] out string? reason)
    {
        key = default;
        reason = FindError(value);
        if (reason is not null)
        {
            return false;
        }

        key = new ObjectKey(value!);
        return true;
    }

    /// <summary>True when the key lies below <paramref name="prefix"/>.</summary>
    public bool StartsWith(string prefix) => Value.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>The order in which S3 lists keys: by their bytes in UTF-8.</summary>
    public int CompareTo(ObjectKey other) => Utf8Order.Compare(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Orders as <see cref="CompareTo"/>.</summary>
    public static bool operator <(ObjectKey left, ObjectKey right) => left.CompareTo(right) < 0;

    /// <summary>Orders as <see cref="CompareTo"/>.</summary>
    public static bool operator >(ObjectKey left, ObjectKey right) => left.CompareTo(right) > 0;

    /// <summary>Orders as <see cref="CompareTo"/>.</summary>
    public static bool operator <=(ObjectKey left, ObjectKey right) => left.CompareTo(right) <= 0;

    /// <summary>Orders as <see cref="CompareTo"/>.</summary>
    public static bool operator >=(ObjectKey left, ObjectKey right) => left.CompareTo(right) >= 0;

    private static string? FindError(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "it is empty";
        }

        int sizeBytes;
        try
        {
            sizeBytes = StrictUtf8.GetByteCount(value);
        }
        catch (EncoderFallbackException)
        {
            return "it is not valid Unicode";
        }

        if (sizeBytes > SizeBytesMax)
        {
            return $"it has {sizeBytes} bytes of UTF-8, at most {SizeBytesMax} are allowed";
        }

        foreach (var character in value)
        {
            if (char.IsControl(character))
            {
                return $"it holds the control character U+{(int)character:X4}";
            }
        }

        foreach (var segment in value.Split('/'))
        {
            switch (segment)
            {
                case "":
                    return value[0] == '/' ? "it starts with '/'" : "it has an empty segment ('//' or a '/' at the end)";
                case "." or "..":
                    return $"it has the segment '{segment}'";
            }
        }

        return null;
    }
}
