using System.Globalization;
using Lakehouse.Core.Toml;
using Microsoft.Extensions.Configuration;

namespace Lakehouse.Core.Configuration;

/// <summary>A TOML document as a configuration source: keys in tables become <c>table:key</c>, items of lists <c>key:0</c>, <c>key:1</c>.</summary>
/// <param name="document">The root table.</param>
public sealed class TomlConfigurationSource(TomlTable document) : IConfigurationSource
{
    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(document);

    private sealed class Provider(TomlTable document) : ConfigurationProvider
    {
        public override void Load()
        {
            Data.Clear();
            Flatten(string.Empty, document);
        }

        private void Flatten(string path, object value)
        {
            switch (value)
            {
                case TomlTable table:
                    foreach (var (key, child) in table.Values)
                    {
                        Flatten(Join(path, key), child);
                    }

                    break;
                case List<object> list:
                    for (var i = 0; i < list.Count; i++)
                    {
                        Flatten(Join(path, i.ToString(CultureInfo.InvariantCulture)), list[i]);
                    }

                    break;
                default:
                    Data[path] = Convert.ToString(value, CultureInfo.InvariantCulture);
                    break;
            }
        }

        private static string Join(string path, string key) => path.Length == 0 ? key : ConfigurationPath.Combine(path, key);
    }
}
