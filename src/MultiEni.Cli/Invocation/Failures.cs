using System.Net.Sockets;
using MultiEni.Api;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Invocation;

/// <summary>Maps exceptions to messages that help the user.</summary>
internal static class Failures
{
    /// <summary>
    /// The failure to show, or null for a bug, which is shown with its stack trace.
    /// </summary>
    public static CommandFailedException? Explain(Exception exception) =>
        exception switch
        {
            CommandFailedException failed => failed,
            KubernetesConfigException config => new(
                config.Message,
                "Set --kubeconfig or KUBECONFIG. Without a cluster, run ./demo in a checkout of the repository: it simulates one.",
                ExitCodes.Unknown
            ),
            KubernetesApiException { StatusCode: 401 } refused => new(
                refused.Message,
                "The API server did not accept your credentials: sign in again, for EKS with `aws eks update-kubeconfig --name CLUSTER`.",
                ExitCodes.Unknown
            ),
            KubernetesApiException { IsForbidden: true } refused => new(
                refused.Message,
                "You lack a permission. Read access needs get and list on nodeenis, eniattachments and nodes.",
                ExitCodes.Unknown
            ),
            KubernetesApiException { IsNotFound: true } missing when IsAboutOurKinds(missing) => new(
                $"The cluster does not know the resource {Names.NodeEniPlural}.{Names.Group} or {Names.EniAttachmentPlural}.{Names.Group}.",
                "The product is not installed, or its CRDs are older than this plugin: install or upgrade the chart. For details, run `kubectl eni doctor`.",
                ExitCodes.Unknown
            ),
            KubernetesApiException refused => new(refused.Message, null, ExitCodes.Unknown),
            Ec2CallException failed => new(
                $"EC2: {failed.Failure}",
                "Credentials come from the AWS SDK's default chain: environment, profile, role. An AWS SSO profile needs `aws sso login` first. "
                    + "`aws sts get-caller-identity` shows the identity in use. For credentials that only the AWS CLI supports, run "
                    + "`eval \"$(aws configure export-credentials --format env)\"`.",
                ExitCodes.Unknown
            ),
            HttpRequestException or TimeoutException or SocketException => new(
                $"The API server does not answer: {exception.Message}",
                "Check the server address in the kubeconfig and the network path (VPN, proxy, security group): `kubectl get --raw /healthz`.",
                ExitCodes.Unknown
            ),
            _ => null,
        };

    private static bool IsAboutOurKinds(KubernetesApiException missing) =>
        missing.Message.StartsWith($"list {Names.NodeEniPlural}", StringComparison.Ordinal)
        || missing.Message.StartsWith($"list {Names.EniAttachmentPlural}", StringComparison.Ordinal);
}

/// <summary>A command failed. Message and remedy are shown verbatim.</summary>
internal sealed class CommandFailedException(string message, string? remedy, int exitCode) : Exception(message)
{
    /// <summary>What the user can do, or null.</summary>
    public string? Remedy => remedy;

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode => exitCode;
}

/// <summary>Exit codes of commands. They are documented, and scripts rely on them.</summary>
internal static class ExitCodes
{
    /// <summary>No problem was found.</summary>
    public const int Fine = 0;

    /// <summary>The command succeeded and found a problem.</summary>
    public const int Trouble = 1;

    /// <summary>The command line is invalid.</summary>
    public const int Usage = 2;

    /// <summary>Something that a plan is about is refused; as with Usage, what was given has to change.</summary>
    public const int Refused = 2;

    /// <summary>The command failed: no cluster, no permission, no answer.</summary>
    public const int Unknown = 3;

    /// <summary>Ctrl-C, by shell convention 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
