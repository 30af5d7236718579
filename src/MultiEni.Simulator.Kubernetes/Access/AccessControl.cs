using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>Who may do what: tokens, roles and admission policies. Unless it is enforced, everybody may do everything.</summary>
public sealed class AccessControl
{
    private readonly Authentication _authentication;
    private readonly RbacAuthorizer _authorizer;
    private readonly AdmissionPolicies _policies;
    private readonly ObjectStore _store;
    private readonly bool _isEnforced;

    internal AccessControl(KubernetesSimulatorOptions options, ObjectStore store)
    {
        _store = store;
        _isEnforced = options.EnforcesAccess;
        _authentication = new Authentication(options);
        _authorizer = new RbacAuthorizer(store);
        _policies = new AdmissionPolicies(store);
    }

    /// <summary>Rights used and refused while access is enforced.</summary>
    public AccessLog Log { get; } = new();

    /// <summary>A token such as a pod of a service account has.</summary>
    /// <param name="inNamespace">The namespace of the account.</param>
    /// <param name="name">The account; it need not exist.</param>
    /// <param name="node">The node of the pod; null for a token that belongs to none.</param>
    public string IssueToken(string inNamespace, string name, string? node) =>
        _authentication.Issue(UserInfo.ServiceAccount(inNamespace, name, node));

    /// <summary>A token of a person.</summary>
    public string IssueToken(UserInfo user) => _authentication.Issue(user);

    /// <summary>As whom a request is made.</summary>
    /// <exception cref="StatusException">401: a token is not known. 403: the request is made in the name of somebody whom the asker may not impersonate.</exception>
    internal UserInfo Identify(HttpRequest request)
    {
        var asks = _authentication.Identify(request);
        var rights = new List<AccessRequest>();
        var user = Authentication.Impersonate(asks, request, rights);
        if (_isEnforced)
        {
            foreach (var right in rights)
            {
                Authorize(asks, right);
            }
        }

        return user;
    }

    /// <summary>Throws unless the roles allow a request.</summary>
    /// <exception cref="StatusException">403.</exception>
    internal void Authorize(UserInfo user, RequestInfo request)
    {
        if (_isEnforced && request.Resource.Length > 0)
        {
            Authorize(user, Describe(request));
        }
    }

    /// <summary>Whether somebody may do something, without any consequence.</summary>
    internal bool Allows(UserInfo user, AccessRequest request) => !_isEnforced || _authorizer.RolesThatAllow(user, request).Count > 0;

    /// <summary>The check of a write on its way into the store.</summary>
    internal Action<AdmissionAttempt>? Admission(UserInfo user, RequestInfo request) =>
        _isEnforced
            ? attempt =>
            {
                // An apply that makes a new object is a create as well.
                if (attempt.Operation == "CREATE" && request.Verb == "patch")
                {
                    Authorize(user, Describe(request) with { Verb = "create" });
                }

                try
                {
                    _policies.Check(user, attempt);
                }
                catch (StatusException refused)
                {
                    Log.Refuse(refused.Message);
                    throw;
                }
            }
            : null;

    private void Authorize(UserInfo user, AccessRequest request)
    {
        if (request.Verb != "impersonate" && request.Group is "authorization.k8s.io" or "authentication.k8s.io")
        {
            return;
        }

        var roles = _authorizer.RolesThatAllow(user, request);
        if (roles.Count > 0)
        {
            Log.Use(user, roles, request);
            return;
        }

        var why = request.Describe(user.Name);
        Log.Refuse(why);
        throw _store.Registry.Find(request.Group.Length == 0 ? Bare(request) : $"{Bare(request)}.{request.Group}") is { } resource
            ? StatusErrors.Forbidden(resource, request.Name, why)
            : new StatusException(403, "Forbidden", why);
    }

    private static string Bare(AccessRequest request) => request.Resource.Split('/')[0];

    private static AccessRequest Describe(RequestInfo request) =>
        new(
            request.Verb,
            request.Group,
            request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}",
            request.Resource == "namespaces" ? request.Name : request.Namespace,
            request.Name.Length > 0 ? request.Name : NameInSelector(request)
        );

    // A list or watch of the one object that a field selector names counts as being about that object.
    private static string NameInSelector(RequestInfo request)
    {
        const string prefix = "metadata.name=";
        if (request.Verb is not ("list" or "watch" or "deletecollection"))
        {
            return "";
        }

        var selector = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(request.Query).GetValueOrDefault("fieldSelector").ToString();
        return selector.StartsWith(prefix, StringComparison.Ordinal) && !selector.Contains(',', StringComparison.Ordinal)
            ? selector[prefix.Length..]
            : "";
    }
}
