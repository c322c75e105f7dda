namespace Lakehouse.Iceberg.Internal.Tables;

/// <summary>What a snapshot does with a data file. The numbers are those of the specification.</summary>
internal enum EntryStatus
{
    Existing = 0,
    Added = 1,
    Deleted = 2,
}
