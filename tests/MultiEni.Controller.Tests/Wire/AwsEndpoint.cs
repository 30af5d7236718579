using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MultiEni.Controller.Tests.Wire;

/// <summary>
/// Everything of AWS that a start of the controller asks, on loopback: EC2, the token service, the
/// container endpoint and instance metadata.
/// </summary>
internal sealed class AwsEndpoint : IAsyncDisposable
{
    private readonly WebApplication _application;

    private AwsEndpoint(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.Single());

    /// <summary>What was asked, as <c>service: detail</c>.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>
    /// For whom requests were meant, and by whom they said they were sent: as a proxy it answers
    /// for every host.
    /// </summary>
    public ConcurrentQueue<(string Host, string UserAgent)> Requests { get; } = [];

    /// <summary>What the token service refuses every role with; null for giving out keys.</summary>
    public (string Code, string Message)? TokenRefusal { get; set; }

    /// <summary>What EC2 refuses every call with; null for answering.</summary>
    public (string Code, string Message)? Ec2Refusal { get; set; }

    public static async Task<AwsEndpoint> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var endpoint = new AwsEndpoint(server);
        server.Run(endpoint.AnswerAsync);
        await server.StartAsync(cancellationToken);
        return endpoint;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Requests.Enqueue((request.Host.Value ?? "", request.Headers.UserAgent.ToString()));
        // An endpoint with a slash at its end makes two of it in some requests of the SDK.
        var (path, method) = ($"/{request.Path.Value?.TrimStart('/')}", request.Method);
        switch (method, path)
        {
            case ("GET", "/container"):
                Asked.Enqueue($"container: {request.Headers.Authorization}");
                await AnswerAsync(context, "application/json", Keys("ASIACONTAINER", "Token"));
                break;
            case ("PUT", "/latest/api/token"):
                context.Response.Headers["X-aws-ec2-metadata-token-ttl-seconds"] = "21600";
                await AnswerAsync(context, "text/plain", "metadata-token");
                break;
            case ("GET", "/latest/meta-data/iam/security-credentials/" or "/latest/meta-data/iam/security-credentials"):
                await AnswerAsync(context, "text/plain", "node-role");
                break;
            case ("GET", "/latest/meta-data/iam/security-credentials/node-role"):
                Asked.Enqueue($"metadata: {request.Headers["X-aws-ec2-metadata-token"]}");
                await AnswerAsync(context, "application/json", Keys("ASIANODE", "Token"));
                break;
            case ("POST", _):
                await AnswerFormAsync(context);
                break;
            default:
                Asked.Enqueue($"unknown: {method} {path}");
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private async Task AnswerFormAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form["Action"] == "AssumeRoleWithWebIdentity")
        {
            Asked.Enqueue($"sts: {form["RoleArn"]} {form["WebIdentityToken"]}");
            if (TokenRefusal is var (code, message))
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                await AnswerAsync(
                    context,
                    "text/xml",
                    $"""
                    <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>
                    <RequestId>r</RequestId></ErrorResponse>
                    """
                );
                return;
            }

            await AnswerAsync(
                context,
                "text/xml",
                """
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
                <AccessKeyId>ASIAWEB</AccessKeyId><SecretAccessKey>very-secret</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
                </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                """
            );
            return;
        }

        // Credential=KEY/20261125/REGION/ec2/aws4_request
        var scope = context.Request.Headers.Authorization.ToString().Split("Credential=")[^1].Split(',')[0].Split('/');
        Asked.Enqueue($"ec2: {form["Action"]} by {scope[0]} in {scope.ElementAtOrDefault(2)}");
        if (Ec2Refusal is var (error, words))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await AnswerAsync(
                context,
                "text/xml",
                $"<Response><Errors><Error><Code>{error}</Code><Message>{words}</Message></Error></Errors><RequestID>r</RequestID></Response>"
            );
            return;
        }

        await AnswerAsync(
            context,
            "text/xml",
            $"""<{form["Action"]}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><networkInterfaceSet/></{form["Action"]}Response>"""
        );
    }

    private static string Keys(string key, string tokenField) =>
        $$"""{"Code":"Success","AccessKeyId":"{{key}}","SecretAccessKey":"very-secret","{{tokenField}}":"t","Expiration":"2099-01-01T00:00:00Z"}""";

    private static Task AnswerAsync(HttpContext context, string type, string text)
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
