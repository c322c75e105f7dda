using System.Diagnostics;
using OpenTelemetry;

namespace Lakehouse.Telemetry.Internal;

/// <summary>Takes the texts of statements out of spans before they are sent.</summary>
internal sealed class WithoutTexts : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data) => data.SetTag("db.query.text", null);
}
