using System.Text.Json;

namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>A key of the metadata object, or a path into its nested objects with dots between the keys.</summary>
internal sealed class FieldPath
{
    private readonly byte[] _key;
    private readonly uint _hash;
    private readonly byte[][] _steps;
    private readonly uint _firstHash;

    public FieldPath(string path)
    {
        _key = MetadataDocument.Escape(path);
        _hash = MetadataDocument.Hash(_key);
        _steps = [.. path.Split('.').Select(MetadataDocument.Escape)];
        _firstHash = MetadataDocument.Hash(_steps[0]);
    }

    /// <summary>Finds the value. A key that contains the dots itself takes precedence.</summary>
    public bool TryFind(MetadataDocument document, out MetadataValue value)
    {
        if (document.TryFind(_key, _hash, out value))
        {
            return true;
        }

        return _steps.Length > 1 && document.TryFind(_steps[0], _firstHash, out value) && TryDescend(ref value);
    }

    private bool TryDescend(ref MetadataValue value)
    {
        foreach (var step in _steps.AsSpan(1))
        {
            if (value.Kind != ValueKind.Object || !TryFindMember(value.Text, step, out value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryFindMember(ReadOnlySpan<byte> json, ReadOnlySpan<byte> key, out MetadataValue value)
    {
        value = default;
        var isFound = false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKey = reader.ValueSpan.SequenceEqual(key);
            reader.Read();
            var member = MetadataValue.At(ref reader, json);
            if (isKey)
            {
                value = member; // the last of duplicate keys is used, as by most JSON readers
                isFound = true;
            }
        }

        return isFound;
    }
}
