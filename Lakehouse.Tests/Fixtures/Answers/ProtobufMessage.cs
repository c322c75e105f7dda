using System.Buffers.Binary;
using System.Text;

namespace Lakehouse.Tests.Fixtures;

/// <summary>A message of protocol buffers, read by the numbers of its fields (protobuf.dev/programming-guides/encoding).</summary>
public sealed class ProtobufMessage
{
    private readonly List<(int Field, ulong Number, byte[]? Bytes)> _values = [];

    public ProtobufMessage(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var tag = ReadNumber(ref bytes);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    _values.Add((field, ReadNumber(ref bytes), null));
                    break;
                case 1:
                    _values.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(bytes), null));
                    bytes = bytes[8..];
                    break;
                case 2:
                    var length = (int)ReadNumber(ref bytes);
                    _values.Add((field, 0, bytes[..length].ToArray()));
                    bytes = bytes[length..];
                    break;
                case 5:
                    _values.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(bytes), null));
                    bytes = bytes[4..];
                    break;
                default:
                    throw new InvalidDataException("not a message");
            }
        }
    }

    public IEnumerable<ProtobufMessage> Messages(int field) => _values.Where(v => v.Field == field).Select(v => new ProtobufMessage(v.Bytes));

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    public long Number(int field) => (long)_values.LastOrDefault(v => v.Field == field).Number;

    private static ulong ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var (i, shift) = (0, 0); ; i++, shift += 7)
        {
            value |= (ulong)(bytes[i] & 0x7f) << shift;
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }
    }

    private byte[] Bytes(int field) => _values.LastOrDefault(v => v.Field == field).Bytes ?? [];
}
