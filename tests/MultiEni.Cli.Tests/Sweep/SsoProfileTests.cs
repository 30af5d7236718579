using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Cli.Tests.Sweep;

/// <summary>
/// The program with a profile of IAM Identity Center (AWS SSO), as <c>aws sso login</c> leaves it.
/// </summary>
[Trait("speed", "slow")]
public sealed class SsoProfileTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("sso-");

    [Theory]
    [InlineData("2099-01-01T00:00:00Z", 0, "0 leaked ENIs of cluster c in us-east-1")]
    [InlineData("2020-01-01T00:00:00Z", 3, "`aws sso login`")]
    public async Task A_profile_that_signed_in_is_used_and_one_that_did_not_is_told_to(string expiry, int code, string words)
    {
        await using var ec2 = await Ec2Simulator.StartAsync(new Ec2SimulatorOptions(), TestContext.Current.CancellationToken);
        var asked = "";
        await using var portal = await PortalAsync(request =>
            asked = $"{request.Query["role_name"]} {request.Query["account_id"]} {request.Headers["x-amz-sso_bearer_token"]}"
        );
        var cache = Path.Combine(_home.CreateSubdirectory(".aws/sso/cache").FullName, $"{Convert.ToHexStringLower(Sha1("corp"))}.json");
        await File.WriteAllTextAsync(
            cache,
            $$"""{"startUrl":"https://corp.example/start","region":"us-east-1","accessToken":"the-token","expiresAt":"{{expiry}}"}""",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(
            Path.Combine(_home.FullName, ".aws", "config"),
            """
            [sso-session corp]
            sso_start_url = https://corp.example/start
            sso_region = us-east-1
            sso_registration_scopes = sso:account:access
            [profile mine]
            sso_session = corp
            sso_account_id = 123456789012
            sso_role_name = Cleaner
            region = us-east-1
            """,
            TestContext.Current.CancellationToken
        );

        var run = await RunAsync(
            new Dictionary<string, string>
            {
                ["HOME"] = _home.FullName,
                ["AWS_PROFILE"] = "mine",
                ["AWS_ENDPOINT_URL_SSO"] = portal.Urls.Single(),
                ["AWS_ENDPOINT_URL_EC2"] = ec2.BaseAddress.AbsoluteUri,
            },
            ["sweep", "--cluster-gone", "--cluster-name", "c", "--region", "us-east-1", "--dry-run"]
        );

        Assert.True(code == run.Code, $"{run.Output}\n{run.Error}");
        Assert.Contains(words, run.Output + run.Error, StringComparison.Ordinal);
        Assert.Equal(code == 0 ? "Cleaner 123456789012 the-token" : "", asked);
    }

    public void Dispose() => _home.Delete(recursive: true);

    private static async Task<WebApplication> PortalAsync(Action<HttpRequest> onRequest)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var portal = builder.Build();
        portal.Run(context =>
        {
            onRequest(context.Request);
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                """{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","expiration":4070908800000}}""",
                context.RequestAborted
            );
        });
        await portal.StartAsync(TestContext.Current.CancellationToken);
        return portal;
    }

#pragma warning disable CA5350 // The SDKs and the AWS CLI name the files of the cache so.
    private static byte[] Sha1(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350

    private static async Task<CommandRun> RunAsync(IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(RepositoryFile.Root, "artifacts", "bin", "MultiEni.Cli", "debug", "kubectl-eni"), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CommandRun(process.ExitCode, await output, await error);
    }
}
