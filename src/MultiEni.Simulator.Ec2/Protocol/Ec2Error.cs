namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>
/// An error answer of the query protocol. Codes and texts follow docs/reference/ec2.md#errors
/// unless the place that throws says otherwise.
/// </summary>
internal sealed class Ec2Error(string code, string message, int? status = null) : Exception(message)
{
    public string Code { get; } = code;

    public int Status { get; } = status ?? StatusOf(code);

    /// <summary>The HTTP status that goes with a code (docs/reference/ec2.md#errors).</summary>
    public static int StatusOf(string code) =>
        code switch
        {
            "RequestLimitExceeded" or "Unavailable" or "ServiceUnavailable" => 503,
            "InternalError" or "InternalFailure" or "ServerInternal" => 500,
            "UnauthorizedOperation" => 403,
            "AuthFailure" or "OptInRequired" => 401,
            "DryRunOperation" => 412,
            _ => 400,
        };

    public static Ec2Error MissingParameter(string name) => new("MissingParameter", $"The request must contain the parameter {name}");

    public static Ec2Error InvalidValue(string value, string name) =>
        new("InvalidParameterValue", $"Value ({value}) for parameter {name} is invalid.");
}
