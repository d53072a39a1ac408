import { Component, type ReactNode } from 'react';
import { retryFailedParts } from '../load-chunk.ts';
import { ErrorState } from './states.tsx';

/** Shows an error state instead of a blank page. A class, because React has no hook for error boundaries. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: undefined as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentWillUnmount() {
    if (this.state.error !== undefined) retryFailedParts();
  }

  private retry = () => {
    retryFailedParts();
    this.setState({ error: undefined });
  };

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <ErrorState error={error} onRetry={this.retry} />;
  }
}
