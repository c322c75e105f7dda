using Lakehouse.Vector;

namespace Lakehouse.Search.Internal;

/// <summary>The origin of the items in the answers of the vector module.</summary>
internal static class IndexOrigins
{
    extension(VectorIndexInfo info)
    {
        /// <summary>Where the items come from; null where nothing was imported.</summary>
        public VectorOrigin? Origin => info.Owner as VectorOrigin;
    }

    extension(HybridAnswer answer)
    {
        /// <summary>Where the items come from; null where nothing was imported.</summary>
        public VectorOrigin? Origin => answer.Owner as VectorOrigin;
    }
}
