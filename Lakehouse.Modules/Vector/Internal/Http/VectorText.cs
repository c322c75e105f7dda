namespace Lakehouse.Vector.Internal.Http;

/// <summary>
/// Reads the numbers of a JSON list in the form that vectors nearly always have: plain decimals, commas, no spaces. Every other form, also invalid JSON,
/// is left to the library's reader. That one spends most of its time finding the end of each token; here the loop over the digits finds it.
/// </summary>
internal static class VectorText
{
    /// <summary>Reads numbers and appends them to <paramref name="floats"/>.</summary>
    /// <param name="text">The text after the opening bracket.</param>
    /// <param name="floats">Takes the numbers; unchanged when this returns false.</param>
    /// <param name="length">The bytes before the closing bracket.</param>
    /// <returns>False when the text has another form.</returns>
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
