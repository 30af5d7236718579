using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Informers;

/// <summary>
/// Writes the parts of objects that a controller owns: its fields of the status, and finalizers.
/// The cache learns every answer at once, so the next reconcile decides on what was written.
/// </summary>
/// <typeparam name="T">The type of object.</typeparam>
/// <param name="client">Connection.</param>
/// <param name="kind">The kind.</param>
/// <param name="fieldManager">Owner of the applied fields.</param>
/// <param name="cache">The objects as the watch shows them.</param>
public sealed class ObjectWriter<T>(KubernetesClient client, ResourceKind<T> kind, string fieldManager, IObjectCache<T> cache)
    where T : class, IKubernetesObject
{
    private const int Attempts = 5;

    /// <summary>Applies the owned fields of the status.</summary>
    /// <param name="seen">The object as it was seen.</param>
    /// <param name="patch">Its name, its UID, and the status.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>
    /// The object as stored; null when it is gone, or when another one has its name now, whose own
    /// events follow.
    /// </returns>
    /// <exception cref="KubernetesApiException">The write was rejected.</exception>
    public async Task<T?> ApplyStatusAsync(T seen, T patch, CancellationToken cancellationToken)
    {
        try
        {
            var stored = await client.ApplyAsync(kind, patch, fieldManager, force: true, "status", cancellationToken);
            cache.Wrote(stored);
            return stored;
        }
        catch (KubernetesApiException error) when (error.IsNotFound)
        {
            cache.Gone(seen);
            return null;
        }
        catch (KubernetesApiException error) when (error.IsConflict)
        {
            return null;
        }
    }

    /// <summary>
    /// Adds or removes a finalizer; tries again while others change the list of finalizers.
    /// </summary>
    /// <param name="seen">The object as it was seen.</param>
    /// <param name="finalizer">The finalizer.</param>
    /// <param name="present">Whether it should be there.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>
    /// False when it could not be added, because the object is gone, is another one now, or is
    /// being deleted.
    /// </returns>
    /// <exception cref="KubernetesApiException">The write was rejected.</exception>
    /// <exception cref="TimeoutException">Others changed the list again and again.</exception>
    public async Task<bool> SetFinalizerAsync(T seen, string finalizer, bool present, CancellationToken cancellationToken)
    {
        var current = seen;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (current.Metadata.HasFinalizer(finalizer) == present)
            {
                return true;
            }

            if (present && current.Metadata.IsBeingDeleted)
            {
                // The API server rejects new finalizers then.
                return false;
            }

            try
            {
                cache.Wrote(await client.SetFinalizerAsync(kind, current, finalizer, present, onlyAsSeen: false, cancellationToken));
                return true;
            }
            catch (KubernetesApiException error) when (error.IsNotFound)
            {
                cache.Gone(current);
                return !present;
            }
            catch (KubernetesApiException error) when (error.IsInvalid || error.IsConflict)
            {
                var newest = await client.GetAsync(kind, ObjectKey.Of(current), cancellationToken);
                if (newest is null || newest.Metadata.Uid != seen.Metadata.Uid)
                {
                    return !present;
                }

                if ((newest.Metadata.Finalizers ?? []).SequenceEqual(current.Metadata.Finalizers ?? []))
                {
                    // The list is as it was: the server rejects the change itself.
                    throw;
                }

                current = newest;
            }
        }

        throw new TimeoutException($"The finalizers of {kind.Kind} {seen.Metadata.Name} were changed by others {Attempts} times in a row.");
    }

    /// <summary>
    /// Removes a finalizer unless anything was written to the object since it was seen.
    /// </summary>
    /// <returns>Whether it was removed.</returns>
    /// <exception cref="KubernetesApiException">
    /// The write was rejected for another reason.
    /// </exception>
    public async Task<bool> RemoveFinalizerIfUnchangedAsync(T seen, string finalizer, CancellationToken cancellationToken)
    {
        try
        {
            cache.Wrote(await client.SetFinalizerAsync(kind, seen, finalizer, present: false, onlyAsSeen: true, cancellationToken));
            return true;
        }
        catch (KubernetesApiException error) when (error.IsNotFound)
        {
            cache.Gone(seen);
            return false;
        }
        catch (KubernetesApiException error) when (error.IsInvalid || error.IsConflict)
        {
            return false;
        }
    }
}
