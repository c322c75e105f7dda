using System.Text;
using System.Text.Json;
using Lakehouse.Hnsw;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Vector;

namespace Lakehouse.Tests.Integration.Vectors;

/// <summary>
/// Random sequences of operations on an index and on a dictionary, with restarts and maintenance at random moments: both must always give the same results.
/// Half of the sequences search by comparing all items, as an index with few items does; the other half search the graph, in which more can go wrong.
/// </summary>
public sealed class VectorModelTests
{
    private const int SequenceCount = 10_000;
    private const int OperationCountMax = 16;

    // A search with ef equal to the number of items certainly finds the nearest if every node can be reached.
    private const int EfOfAll = 100;

    [Fact]
    public async Task Ten_thousand_random_sequences_end_as_a_dictionary_does()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 4), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (part, _) =>
        {
            using var folder = new MemoryFolder();
            var sequence = new Sequence(folder.Path, walks: part % 2 == 1);
            try
            {
                for (var seed = part; seed < SequenceCount; seed += 4)
                {
                    await sequence.RunAsync(seed);
                }
            }
            finally
            {
                await sequence.CloseAsync();
            }
        });
    }

    private sealed class Sequence(string folder, bool walks)
    {
        private static readonly string[] States = ["IL", "TX", "CA"];
        private static readonly string[] Words = ["forklift", "welder", "AB-12", "crane", "pallet"];

        private readonly SortedDictionary<string, (float[] Vector, string Metadata, string Text)> _model = new(StringComparer.Ordinal);
        private VectorHost? _host;
        private Random _random = new(0);
        private IndexName _name;
        private VectorIndexSpec _spec = null!;

        public async Task RunAsync(int seed)
        {
            _random = new Random(seed);
            _model.Clear();
            _host ??= await OpenAsync();
            _name = IndexName.Parse("i" + seed);
            _spec = new VectorIndexSpec(
                _name,
                _random.Next(1, 9),
                (Metric)_random.Next(3),
                (Quantization)_random.Next(3),
                _random.Next(2, 6),
                _random.Next(1, 20),
                _random.Next(1, 20));
            await _host.Indexes.CreateAsync(_spec, CancellationToken.None);
            for (var i = _random.Next(1, OperationCountMax); i > 0; i--)
            {
                await StepAsync();
            }

            try
            {
                await CheckAsync();
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"seed {seed}", fault);
            }

            await _host.Indexes.DeleteAsync(_name, CancellationToken.None);
        }

        public async Task CloseAsync()
        {
            if (_host is not null)
            {
                await _host.DisposeAsync();
                _host = null;
            }
        }

        private Task<VectorHost> OpenAsync() =>
            VectorHost.OpenAsync(folder, options => walks ? options with { ScanCountMax = 0, GraphSeed = 1 } : options);

        private Task StepAsync() => _random.Next(10) switch
        {
            < 5 => AddAsync(),
            < 8 => RemoveAsync(),
            8 => _random.Next(2) == 0 ? _host!.VacuumAsync(_name.Value) : _host!.CompactAsync(_name.Value),
            _ => RestartAsync(),
        };

        private async Task AddAsync()
        {
            var ids = Enumerable.Range(0, _random.Next(1, 12)).Select(_ => NextId()).Distinct().ToList();
            var items = ids.ConvertAll(id => new VectorItem(id, NextVector(id), _random.Next(3) switch
            {
                0 => [],
                1 => "{}"u8.ToArray(),
                _ => Encoding.UTF8.GetBytes($"{{\"state\":\"{States[_random.Next(States.Length)]}\",\"years\":{_random.Next(5)}}}"),
            }, NextText()));
            var newCount = ids.Count(id => !_model.ContainsKey(id));
            var result = await _host!.Indexes.AddAsync(_name, items, null, CancellationToken.None);
            foreach (var item in items)
            {
                var before = _model.TryGetValue(item.Id, out var stored) ? stored : ([], "{}", string.Empty);
                _model[item.Id] = (
                    item.Vector.ToArray(), item.Metadata.IsEmpty ? before.Metadata : Encoding.UTF8.GetString(item.Metadata.Span), item.Text ?? before.Text);
            }

            Assert.Equal((newCount, ids.Count - newCount, _model.Count), (result.AddedCount, result.UpdatedCount, (int)result.ItemCount));
        }

        private async Task RemoveAsync()
        {
            // Sometimes everything, so that the last item is deleted, too.
            var ids = _random.Next(6) == 0 ? [.. _model.Keys] : Enumerable.Range(0, _random.Next(1, 8)).Select(_ => NextId()).ToList();
            var missing = ids.Distinct().Where(id => !_model.ContainsKey(id)).ToList();
            var result = await _host!.Indexes.RemoveAsync(_name, ids, null, CancellationToken.None);
            ids.ForEach(id => _model.Remove(id));
            Assert.Equal(missing, result.MissingIds);
            Assert.Equal(_model.Count, result.ItemCount);
        }

        private async Task RestartAsync()
        {
            await CloseAsync();
            _host = await OpenAsync();
        }

        private async Task CheckAsync()
        {
            var indexes = _host!.Indexes;
            Assert.Equal(_model.Count, indexes.Show(_name).ItemCount);
            var page = indexes.ListItems(_name, string.Empty, 1_000, ItemParts.Vector | ItemParts.Metadata | ItemParts.Text);
            Assert.Equal(_model.Keys, page.Items.Select(i => i.Id));
            Assert.All(page.Items, item =>
            {
                Assert.Equal(_model[item.Id].Vector, item.Vector);
                Assert.Equal(_model[item.Id].Metadata, Encoding.UTF8.GetString(item.Metadata!));
                Assert.Equal(_model[item.Id].Text, item.Text ?? string.Empty);
            });
            Assert.Equal(_model.Values.Count(m => m.Text.Length > 0), indexes.Show(_name).TextCount);
            await CheckWordsAsync();
            var query = NextVector("q");
            foreach (var filter in new[] { null, "{\"state\":\"IL\"}" })
            {
                foreach (var isExact in new[] { true, false })
                {
                    var answers = await indexes.SearchAsync(
                        _name,
                        [
                            new VectorQuery
                            {
                                Vector = query, K = 5, Ef = EfOfAll, IsExact = isExact, Filter = filter is null ? null : JsonDocument.Parse(filter).RootElement
                            }
                        ],
                        CancellationToken.None);
                    CheckHits(query, filter is null, answers[0].Hits);
                }
            }
        }

        /// <summary>Of the allowed ids, keywords find the items that hold the word, and vectors find the nearest items.</summary>
        private async Task CheckWordsAsync()
        {
            var word = Words[_random.Next(Words.Length)];
            var allowed = _random.Next(2) == 0 ? null : Enumerable.Range(0, 12).Select(_ => NextId()).Distinct().ToList();
            var ids = allowed?.ConvertAll(id => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(id));
            var query = NextVector("q");
            var found = await _host!.Indexes.SearchHybridAsync(
                _name, new HybridQuery { Text = word, K = 100, Depth = 100, AllowedIds = ids }, CancellationToken.None);
            var near = await _host.Indexes.SearchHybridAsync(
                _name, new HybridQuery { Vector = query, K = 4, Depth = 4, Ef = EfOfAll, AllowedIds = ids }, CancellationToken.None);

            var open = _model.Where(m => allowed?.Contains(m.Key) != false).ToList();
            Assert.Equal(
                open.Where(m => m.Value.Text.Split(' ').Contains(word)).Select(m => m.Key).Order(StringComparer.Ordinal),
                found.Hits.Select(h => h.Item.Id).Order(StringComparer.Ordinal));
            Assert.Equal(allowed is null ? null : open.Count, found.AllowedCount);
            var expected = open.Select(m => Distance(query, m.Value.Vector)).Order().Take(4).ToList();
            Assert.Equal(expected.Count, near.Hits.Count);
            Assert.All(expected.Zip(near.Hits), pair => Assert.Equal(pair.First, pair.Second.Distance!.Value, 1e-4));
        }

        // Null keeps the stored value.
        private string? NextText() => _random.Next(4) switch
        {
            0 => null,
            1 => string.Empty,
            _ => string.Join(' ', Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Words[_random.Next(Words.Length)])),
        };

        private void CheckHits(float[] query, bool isOpen, IReadOnlyList<VectorHit> hits)
        {
            var expected = _model.Where(m => isOpen || m.Value.Metadata.Contains("\"IL\"", StringComparison.Ordinal))
                .Select(m => Distance(query, m.Value.Vector))
                .Order()
                .Take(5)
                .ToList();
            Assert.Equal(expected.Count, hits.Count);
            for (var i = 0; i < expected.Count; i++)
            {
                Assert.Equal(expected[i], hits[i].Distance, 1e-4);
                Assert.Equal(Distance(query, _model[hits[i].Item.Id].Vector), hits[i].Distance, 1e-4);
            }
        }

        private double Distance(float[] left, float[] right)
        {
            var dot = left.Zip(right, (a, b) => (double)a * b).Sum();
            return _spec.Metric switch
            {
                Metric.Cosine => 1 - (dot / Math.Sqrt(left.Sum(a => (double)a * a) * right.Sum(b => (double)b * b))),
                Metric.L2 => Math.Sqrt(left.Zip(right, (a, b) => ((double)a - b) * ((double)a - b)).Sum()),
                _ => -dot,
            };
        }

        private string NextId() => "id" + _random.Next(30);

        // Sometimes the vector that is already stored, as when only the metadata changes.
        private float[] NextVector(string id) => _random.Next(6) == 0 && _model.TryGetValue(id, out var stored)
            ? stored.Vector
            : [.. Enumerable.Range(0, _spec.Dimension).Select(_ => (float)(_random.Next(-20, 20) + 0.5))];
    }
}
