using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance;

/// <summary>What <see cref="LakeTests"/> tests, on a bucket of an S3 server. A class of its own, so that it runs beside the other.</summary>
public sealed class LakeInS3Tests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [S3Fact]
    public async Task A_sample_in_S3_is_ingested_queried_and_there_again_after_a_kill_and_for_a_second_process() =>
        await LakeTests.IngestQueryKillAsync(_folder.Path, await SettingsAsync());

    [S3Fact]
    public async Task A_kill_in_the_middle_of_an_ingest_into_S3_loses_nothing_acknowledged() =>
        await LakeTests.KillAtRandomAsync(_folder.Path, await SettingsAsync(), 8);

    [S3Fact]
    public async Task A_kill_in_the_middle_of_a_collection_in_S3_leaves_every_version_that_is_kept_whole() =>
        await LakeTests.KillCollectorAsync(_folder.Path, await SettingsAsync());

    private static async Task<string[]> SettingsAsync() =>
        [.. S3Server.SettingsOf(await S3Server.CreateBucketAsync()).SelectMany(s => new[] { "--" + s.Key, s.Value })];
}
