using System.Security.Cryptography;
using System.Text;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// Remembers, by hash, the texts that have ended engine processes. A text that has done so twice is refused for a while. Bounded; thread-safe.
/// </summary>
internal sealed class TextStrikes(TimeSpan refuseFor, TimeProvider time)
{
    private const int StrikesMax = 2;
    private const int TextsMax = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, (int Strikes, DateTimeOffset Last)> _texts = [];

    /// <summary>Throws <c>query_refused</c> for a text that is refused at present.</summary>
    public void Require(string sql)
    {
        lock (_gate)
        {
            if (_texts.Count == 0 || !_texts.TryGetValue(KeyOf(sql), out var found))
            {
                return;
            }

            var left = found.Last + refuseFor - time.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                _texts.Remove(KeyOf(sql));
            }
            else if (found.Strikes >= StrikesMax)
            {
                throw EngineErrors.Refused(left);
            }
        }
    }

    /// <summary>Records that a text has ended a process.</summary>
    public void Add(string sql)
    {
        lock (_gate)
        {
            if (refuseFor <= TimeSpan.Zero)
            {
                return;
            }

            var key = KeyOf(sql);
            if (_texts.Count >= TextsMax && !_texts.ContainsKey(key))
            {
                _texts.Remove(_texts.MinBy(t => t.Value.Last).Key);
            }

            _texts[key] = (_texts.GetValueOrDefault(key).Strikes + 1, time.GetUtcNow());
        }
    }

    private static UInt128 KeyOf(string sql) => BitConverter.ToUInt128(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
}
