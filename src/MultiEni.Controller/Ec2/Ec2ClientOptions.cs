using MultiEni.Api;
using MultiEni.Operator.Configuration;

namespace MultiEni.Controller.Ec2;

/// <summary>How EC2 is reached.</summary>
internal sealed record Ec2ClientOptions
{
    /// <summary>Region, such as `eu-central-1`; empty until it is read from the nodes.</summary>
    public required string Region { get; init; }

    /// <summary>
    /// Name of this program, which CloudTrail shows with its version as the application of the user
    /// agent, unless <c>AWS_SDK_UA_APP_ID</c> names another.
    /// </summary>
    public string Program { get; init; } = Names.Controller;

    /// <summary>Endpoint in place of the region's own: a VPC endpoint or the simulator.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>
    /// Key for tests and the demo; null uses the standard chain (environment, IRSA, Pod Identity,
    /// instance).
    /// </summary>
    public FixedAccessKey? AccessKey { get; init; }

    /// <summary>
    /// What carries the requests in place of sockets, such as a server in the same process; null
    /// for sockets.
    /// </summary>
    public HttpMessageHandler? Transport { get; init; }

    /// <summary>
    /// For one request, from when it is sent: waiting for the budget does not count
    /// (docs/reference/ec2.md#rate-budget).
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Repeats by the SDK of a failed describe. Mutating calls are never repeated there: the
    /// reconcile knows better (docs/reference/ec2.md#rate-budget).
    /// </summary>
    public int DescribeRetries { get; init; } = 2;

    /// <summary>
    /// Reads `AWS_REGION` (or `AWS_DEFAULT_REGION`) and `AWS_ENDPOINT_URL_EC2` (or
    /// `AWS_ENDPOINT_URL`).
    /// </summary>
    /// <returns>With an empty region when neither variable is set.</returns>
    /// <exception cref="SettingsException">
    /// An endpoint that is not a URL; the message says what it must be.
    /// </exception>
    public static Ec2ClientOptions FromEnvironment(Func<string, string?> read)
    {
        return new() { Region = FirstSet(read, "AWS_REGION", "AWS_DEFAULT_REGION")?.Value ?? "", Endpoint = ReadEndpoint(read) };
    }

    private static Uri? ReadEndpoint(Func<string, string?> read)
    {
        if (FirstSet(read, "AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL") is not var (name, text))
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            ? endpoint
            : throw new SettingsException([$"{name} is '{text}'; it must be an http or https URL such as https://ec2.eu-central-1.amazonaws.com"]);
    }

    private static (string Name, string Value)? FirstSet(Func<string, string?> read, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (read(name) is { Length: > 0 } value)
            {
                return (name, value);
            }
        }

        return null;
    }
}
