using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest.Internal;

/// <summary>The errors that more than one place of this module raises.</summary>
internal static class IngestErrors
{
    /// <summary>Of an ingest that a stop of the server has ended.</summary>
    public const string InterruptedCode = "ingest_interrupted";

    public static LakehouseException TooLarge(long sizeBytesMax) => new(
        ErrorKind.TooLarge, "file_too_large", $"The file is larger than {ByteSize.Format(sizeBytesMax)}. Nothing was registered. Raise "
            + "ingest.max_ingest_bytes, or split it.");

    public static LakehouseException TooLargeUnpacked(long sizeBytesMax) => new(
        ErrorKind.TooLarge, "file_too_large", $"The file is larger than {ByteSize.Format(sizeBytesMax)} once it is unpacked. Nothing was registered. Raise "
            + "ingest.max_unpacked_bytes, or split it.");

    public static LakehouseException Stalled(TimeSpan after) => new(
        ErrorKind.TooSlow, "upload_stalled", $"The upload has sent nothing for {Duration.Format(after)} (ingest.body_timeout). Nothing was registered; send it "
            + "again.");

    public static LakehouseException NoName() => new(
        ErrorKind.InvalidInput, "invalid_name", "The dataset has no name: say name= in the address, in a field of the form before the file, or as \"name\" in "
            + "a JSON body.");

    /// <summary>An option of the reader that cannot be obeyed.</summary>
    public static LakehouseException Option(string name, string reason) =>
        new(ErrorKind.InvalidInput, "invalid_option", $"The option {name} is refused: {reason}.");
}
