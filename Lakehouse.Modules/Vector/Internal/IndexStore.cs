using Lakehouse.Vector.Internal.Files;
using Lakehouse.Vector.Internal.Logs;

namespace Lakehouse.Vector.Internal;

/// <summary>What the stored indexes share.</summary>
/// <param name="Files">Their objects in the bucket.</param>
/// <param name="Lease">The lease on those that this process writes.</param>
/// <param name="Budget">The memory of all together.</param>
/// <param name="Options">The settings.</param>
internal sealed record IndexStore(IndexFiles Files, WriterLease Lease, MemoryBudget Budget, VectorOptions Options);
