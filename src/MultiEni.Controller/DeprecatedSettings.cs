using MultiEni.Operator.Configuration;

namespace MultiEni.Controller;

/// <summary>
/// Settings of the former Go controller that have nothing left to set. They are read all the same:
/// a manifest that carries them starts, a bad value is refused as ever, and a value that asks for
/// something is answered with what to use instead.
/// </summary>
internal static class DeprecatedSettings
{
    /// <summary>Reads them.</summary>
    /// <returns>One sentence for each that asks for what is not done here.</returns>
    public static IReadOnlyList<string> Read(SettingsReader reader)
    {
        var warnings = new List<string>();
        if (!reader.Boolean(null, "DEFAULT_DELETE_ON_TERMINATION", true, "no effect: each NodeENI says it in spec.deleteOnTermination"))
        {
            warnings.Add(
                "DEFAULT_DELETE_ON_TERMINATION=false has no effect: every NodeENI carries deleteOnTermination, true unless it says otherwise; "
                    + "set spec.deleteOnTermination: false where ENIs are to outlive their instances"
            );
        }

        const string breaker = "no effect: the EC2 rate budget and the table of error reactions take its place";
        var enabled = reader.Boolean(null, "CIRCUIT_BREAKER_ENABLED", true, breaker);
        var failures = reader.Integer(null, "CIRCUIT_BREAKER_FAILURE_THRESHOLD", 5, 1, int.MaxValue, breaker);
        var successes = reader.Integer(null, "CIRCUIT_BREAKER_SUCCESS_THRESHOLD", 3, 1, int.MaxValue, breaker);
        var timeout = reader.Duration(null, "CIRCUIT_BREAKER_TIMEOUT", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), breaker);
        if (!enabled || failures != 5 || successes != 3 || timeout != TimeSpan.FromSeconds(30))
        {
            warnings.Add(
                "CIRCUIT_BREAKER_* have no effect: calls are slowed down by the EC2 rate budget (EC2_RATE_PROFILE) and each error has its own pause"
            );
        }

        if (reader.Boolean(null, "USE_EC2_FACADE", false, "no effect: there is one EC2 client"))
        {
            warnings.Add("USE_EC2_FACADE=true has no effect: there is one EC2 client; remove the variable");
        }

        if (reader.Text(null, "PRIVATE_IP", "", "no effect: instances are known by the provider IDs of their nodes").Length > 0)
        {
            warnings.Add("PRIVATE_IP has no effect: instances are never searched by address; NODE_NAME or EC2_INSTANCE_ID name the controller's own");
        }

        return warnings;
    }
}
