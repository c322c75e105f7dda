namespace Lakehouse.Vector.Internal.Http;

/// <summary>
/// Reads the numbers of a JSON list in the form that vectors nearly always have: plain decimals, commas, no spaces. Everything else, mistakes among it,
/// is left to the library's reader. It spends most of a search's parsing on telling token from token, which here is the digit loop itself.
/// </summary>
internal static class VectorText
{
    /// <summary>Reads numbers onto the end of <paramref name="floats"/>.</summary>
    /// <param name="text">What follows the opening bracket.</param>
    /// <param name="floats">Takes the numbers; as it was when this returns false.</param>
    /// <param name="length">The bytes before the closing bracket.</param>
    /// <returns>False: it has another form.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, FloatList floats, out int length)
    {
        var before = floats.Count;
        length = 0;
        while (FloatText.TryParsePlain(text[length..], out var value, out var used))
        {
            floats.Add(value);
            length += used;
            if (length == text.Length)
            {
                break;
            }

            switch (text[length])
            {
                case (byte)',':
                    length++;
                    continue;
                case (byte)']':
                    return true;
            }

            break;
        }

        floats.Truncate(before);
        return false;
    }
}
