using Amazon.Runtime;
using Amazon.RuntimeDependencies;
using Amazon.SSO;
using Amazon.SSOOIDC;

namespace MultiEni.Cli.Sweep;

/// <summary>
/// Profiles that sign in by IAM Identity Center (AWS SSO), which most people have on their own machine. The SDK finds the clients for them by reflection,
/// and an ahead-of-time compiled program has nothing to be found, unless they are named.
/// </summary>
internal static class SsoProfiles
{
    private static int _registered;

    /// <summary>Makes them work in this process.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref _registered, 1) != 0)
        {
            return;
        }

        var registry = GlobalRuntimeDependencyRegistry.Instance;
        registry.RegisterSSOClient(context => new AmazonSSOClient(new AnonymousAWSCredentials(), context.SSOClientContextData.Region));
        registry.RegisterSSOOIDCClient(context => new AmazonSSOOIDCClient(new AnonymousAWSCredentials(), context.SSOOIDCClientContextData.Region));
    }
}
