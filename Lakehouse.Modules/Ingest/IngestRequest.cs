using Lakehouse.Catalog;
using Lakehouse.Core.Names;

namespace Lakehouse.Ingest;

/// <summary>The dataset of an ingest, and how to read the files.</summary>
/// <param name="Name">The dataset, new or existing.</param>
/// <param name="Reading">How to read the files.</param>
/// <param name="Mode">What becomes of the rows that the dataset has.</param>
/// <param name="Key">
/// What the sender calls the request, 1 to 255 visible ASCII characters: the same files with the same key again change nothing. Null: no key.
/// </param>
/// <param name="IsEvolving">Whether new columns and wider types are let in.</param>
/// <param name="Keys">
/// For an upsert: the columns whose values tell rows apart; a new row takes the place of those with the same values. Null: rows are added, or replace all.
/// </param>
/// <param name="SortBy">The columns by which the rows of each data file are sorted; empty for none. Null: as the dataset has it.</param>
public sealed record IngestRequest(
    DatasetName Name, ReadOptions Reading, CommitMode Mode = CommitMode.Replace, string? Key = null, bool IsEvolving = false,
    IReadOnlyList<string>? Keys = null, IReadOnlyList<string>? SortBy = null);
